/* spiking/verdict.c - is a projection well, and which knob would help? Definitions: include/lpl/spiking.h. */
#include <math.h>

#include "core/error.h"
#include "core/object.h"
#include "spiking/spiking.h"

static const double MOST = 0.5;                /* of neurons, of synapses at w_max */
static const double AT_BOUNDS = 0.9;           /* of synapses at either */
static const double STANDSTILL = 1e-3;         /* weight_change per tau_mean */
static const double GONE = 1e-6;               /* of a trace: 14 time constants after a spike */
static const double FALLEN = 0.5, GROWN = 1.5; /* mean weight over that of the start */

double lpli_spiking_left_over(const lpl_spiking_t *s) {
    return s->cfg.slow == LPL_SLOW_DOUBLE ? exp((double)s->t * -s->cfg.dt / s->cfg.tau_mean)
                                          : pow(s->k.k_mean, (double)s->t);
}

/* Has any pre neuron fired of late? */
static bool has_input(const lpl_spiking_t *s) {
    const size_t row = s->pre_words, rows = 2 * s->delay + s->pending;
    for (size_t j = 0; j < s->csr.n_pre; j++)
        if (lpli_element(s->psp, s->cfg.dtype, j) > GONE || lpli_element(s->tr_pre, s->cfg.dtype, j) > GONE)
            return true;
    return lpli_any_spike(s->pre_bits, rows * row);
}

static void say(lpl_spiking_report_t *r, int32_t verdict, int32_t mend) { r->verdict = verdict, r->mend = mend; }

void lpli_spiking_judge(const lpl_spiking_t *s, lpl_spiking_report_t *r) {
    const lpl_spiking_config_t *c = &s->cfg;
    const double n = (double)s->csr.n_synapses, at_max = (double)r->n_at_max, at_min = (double)r->n_at_min,
                 start = fabs(s->start.w), size = fabs(r->w_mean);
    const bool learns = c->mode == LPL_MODE_LEARN;
    if ((double)s->t * c->dt < c->tau_mean * (1 - 1e-9))
        say(r, LPL_VERDICT_EARLY, LPL_MEND_NONE);
    else if (r->silent > MOST)
        say(r, LPL_VERDICT_SILENT,
            !has_input(s)           ? LPL_MEND_INPUT
            : size < FALLEN * start ? LPL_MEND_LOWER_ETA
                                    : LPL_MEND_RAISE_W);
    else if (r->runaway > MOST)
        say(r, LPL_VERDICT_RUNAWAY, size > GROWN * start ? LPL_MEND_PRIME : LPL_MEND_LOWER_W);
    else if (n > 0 && at_max > MOST * n)
        say(r, LPL_VERDICT_SATURATED, 2 * s->start.w > c->w_max ? LPL_MEND_RAISE_W_MAX : LPL_MEND_LOWER_ETA);
    else if (n > 0 && at_min + at_max > AT_BOUNDS * n)
        say(r, LPL_VERDICT_SATURATED, LPL_MEND_LOWER_ETA);
    else if (learns && (c->eta == 0 || (r->weight_change >= 0 && r->weight_change < STANDSTILL)))
        say(r, LPL_VERDICT_NOT_LEARNING, LPL_MEND_RAISE_ETA);
    else
        say(r, LPL_VERDICT_OK, learns ? LPL_MEND_NONE : LPL_MEND_LEARN);
}

uint64_t lpli_spiking_look_every(const lpl_spiking_t *s) {
    const double n = ceil(s->cfg.tau_mean / s->cfg.dt / (double)s->cfg.update_every * (1 - 1e-12));
    return n < 1 ? 1 : n < 0x1p53 ? (uint64_t)n : UINT64_C(1) << 53;
}

lpl_status_t lpli_spiking_look(lpl_spiking_t *s) {
    lpli_spk_watch_t *watch = &s->watch;
    const uint64_t every = lpli_spiking_look_every(s);
    watch->learned += s->cfg.mode == LPL_MODE_LEARN;
    if ((s->updates - 1) % every != 0) return LPL_OK;
    const double moved = LPLI_BY_DTYPE(s->cfg.dtype, lpli_spiking_moved)(s);
    const bool whole = s->updates > 1 && watch->learned == every; /* the first change is at the first step */
    watch->change = whole ? moved : -1;
    watch->learned = 0;
    lpl_spiking_report_t r = {.size = sizeof r};
    LPLI_BY_DTYPE(s->cfg.dtype, lpli_spiking_health)(s, &r);
    lpli_spiking_judge(s, &r);
    if (r.verdict == LPL_VERDICT_EARLY) return LPL_OK;
    const bool news = watch->verdict == LPL_VERDICT_EARLY ? r.verdict != LPL_VERDICT_OK : r.verdict != watch->verdict;
    watch->verdict = r.verdict;
    return news ? LPL_LOOK : LPL_OK;
}

const char *lpl_spiking_verdict_string(int32_t verdict, int32_t mend) {
    static const struct {
        int32_t verdict, mend;
        const char *text;
    } sentence[] = {
        {LPL_VERDICT_EARLY, LPL_MEND_NONE, "too early to say: tau_mean has not passed yet"},
        {LPL_VERDICT_OK, LPL_MEND_NONE, "ok: neurons fire, weights move and have room to"},
        {LPL_VERDICT_OK, LPL_MEND_LEARN,
         "ok so far, but weights stand still: set LPL_SPIKING_PARAM_MODE to LPL_MODE_LEARN once 3 tau_mean have "
         "passed"},
        {LPL_VERDICT_SILENT, LPL_MEND_INPUT,
         "silent, and no pre neuron has fired for 14 tau_psp: give the inputs a rate in Hz (rate_hz of their source), "
         "or hand over who fires (pre); in a pause of the inputs, ask again behind it"},
        {LPL_VERDICT_SILENT, LPL_MEND_RAISE_W,
         "silent: raise w_init (w_max too, if it is in the way) to 0.9 (v_rest / v_thr - 1) / (inputs of a neuron x "
         "their "
         "rate x tau_ampa); if it is there already, inhibit less"},
        {LPL_VERDICT_SILENT, LPL_MEND_LOWER_ETA,
         "silent, since learning has halved the weights: lower eta to w_init / 30 or less, and begin anew"},
        {LPL_VERDICT_RUNAWAY, LPL_MEND_LOWER_W,
         "runaway: lower w_init to 0.9 (v_rest / v_thr - 1) / (inputs of a neuron x their rate x tau_ampa); if it is "
         "there "
         "already, the neurons excite each other: inhibit them (LPL_PROJECTION_INHIBITORY)"},
        {LPL_VERDICT_RUNAWAY, LPL_MEND_PRIME,
         "runaway, since learning has raised the weights: begin anew and prime first, 3 tau_mean in LPL_MODE_TRACK "
         "before "
         "LPL_MODE_LEARN; if that was done, lower eta"},
        {LPL_VERDICT_SATURATED, LPL_MEND_LOWER_ETA,
         "saturated, weights are at w_min or w_max: lower eta to w_init / 30 or less, and begin anew"},
        {LPL_VERDICT_SATURATED, LPL_MEND_RAISE_W_MAX,
         "saturated, weights are at w_max, near which they started: raise w_max to 4 w_init or more"},
        {LPL_VERDICT_NOT_LEARNING, LPL_MEND_RAISE_ETA,
         "not learning, weights change by less than 0.001 of themselves in tau_mean: raise eta to about w_init / 30 "
         "(push "
         "and pull, where they are 0)"},
    };
    for (size_t k = 0; k < sizeof sentence / sizeof *sentence; k++)
        if (sentence[k].verdict == verdict && sentence[k].mend == mend) return sentence[k].text;
    return "not a verdict of this version of liblpl";
}
