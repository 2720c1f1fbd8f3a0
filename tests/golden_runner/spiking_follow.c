/* tests/golden_runner/spiking_follow.c - keeps a float64 population on the recorded spikes.
 *
 * Where a potential just grazes the threshold, the rounding of binary32 decides at which of two steps a spike falls; in float64 it
 * may be the other one, and in a network everything after it then goes its own way. So each spike is compared by itself: if it
 * comes a step early or a step late, which is counted, the neuron is put where the recorded spike leaves it, and the run goes on
 * beside the recording. A spike that is further away fails the case.
 */
#include "spiking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct memory_t {
    unsigned char *data;
    size_t n, room, at;
} memory_t;

static int32_t memory_write(const void *buf, size_t n, void *user) {
    memory_t *const m = user;
    if (m->n + n > m->room) {
        const size_t room = 2 * (m->n + n) + 4096;
        unsigned char *const more = realloc(m->data, room);
        if (more == NULL) {
            return 1;
        }
        m->data = more;
        m->room = room;
    }
    if (n > 0) {
        memcpy(m->data + m->n, buf, n);
    }
    m->n += n;
    return 0;
}

static int32_t memory_read(void *buf, size_t n, void *user) {
    memory_t *const m = user;
    if (n > m->n - m->at) {
        return 1;
    }
    memcpy(buf, m->data + m->at, n);
    m->at += n;
    return 0;
}

/* Would the neuron fire at the step after this one? A copy of the population tells. */
static int fires_next(golden_case_t *c, const population_t *p, uint32_t neuron, int *yes) {
    memory_t m = {NULL, 0, 0, 0};
    lpl_lif_t *copy = NULL;
    uint32_t *const spikes = typed_new(LPL_F32, p->cfg.n); /* 4 bytes each, as uint32_t */
    size_t n = 0;
    const int ok = golden_ok(c, lpl_lif_save(p->lif, memory_write, &m), "lpl_lif_save") &&
                   golden_ok(c, lpl_lif_load(memory_read, &m, 0, &copy), "lpl_lif_load") &&
                   golden_ok(c, typed_lif_step(p->cfg.dtype, copy, spikes, &n, NULL), "lpl_lif_step");
    *yes = 0;
    for (size_t i = 0; i < n; i++) {
        *yes |= spikes[i] == neuron;
    }
    lpl_lif_destroy(copy);
    free(spikes);
    free(m.data);
    return ok;
}

static int contains(const uint32_t *list, size_t n, uint32_t neuron) {
    size_t i = 0;
    while (i < n && list[i] < neuron) {
        i++;
    }
    return i < n && list[i] == neuron;
}

/* One neuron whose spike is not where the recorded one is. v, thr: all potentials and thresholds, corrected here. */
static int put_back(golden_case_t *c, population_t *p, const spikes_t *recorded, uint64_t t, uint32_t neuron, int own, double *v,
                    double *thr) {
    int within = 0;
    if (own) { /* early: not yet, but at the threshold */
        within = t + 1 < recorded->n_steps && contains(recorded->neuron + recorded->at[t + 1], spikes_count(recorded, t + 1), neuron);
        thr[neuron] = p->thr_before[neuron] * exp(-p->cfg.dt / p->cfg.tau_thr);
        v[neuron] = p->cfg.v_thr + thr[neuron];
        p->early[neuron] = t + 1;
    } else { /* late, or early and now due */
        if (p->early[neuron] == t && t > 0) {
            within = 1;
        } else if (!fires_next(c, p, neuron, &within)) {
            return 0;
        }
        v[neuron] = p->cfg.v_reset;
        thr[neuron] = p->cfg.thr_spike;
    }
    p->n_moved += within && p->early[neuron] != t;
    if (!within) {
        golden_fail(c, "neuron %u of %llu %s at step %llu in float64, and the recorded spike is more than a step away", (unsigned)neuron,
                    (unsigned long long)p->cfg.n, own ? "fires" : "does not fire", (unsigned long long)t);
    }
    return within;
}

int follow(golden_case_t *c, population_t *p, const spikes_t *recorded, uint64_t t, uint32_t *spikes, size_t *n_spk, double *v) {
    const uint32_t *const want = recorded->neuron + recorded->at[t];
    const size_t n_want = spikes_count(recorded, t);
    if (*n_spk == n_want && memcmp(spikes, want, n_want * sizeof *want) == 0) {
        return golden_ok(c, lpl_lif_read_f64(p->lif, p->thr_before, p->cfg.n, NULL, LPL_LIF_THR), "lpl_lif_read");
    }
    double *const thr = golden_doubles(p->cfg.n), *const volt = golden_doubles(p->cfg.n);
    int ok = golden_ok(c, lpl_lif_read_f64(p->lif, thr, p->cfg.n, NULL, LPL_LIF_THR), "lpl_lif_read") &&
             golden_ok(c, lpl_lif_read_f64(p->lif, volt, p->cfg.n, NULL, LPL_LIF_V), "lpl_lif_read");
    for (uint32_t i = 0; ok && i < p->cfg.n; i++) {
        const int own = contains(spikes, *n_spk, i), due = contains(want, n_want, i);
        ok = own == due || put_back(c, p, recorded, t, i, own, volt, thr);
    }
    ok = ok && golden_ok(c, lpl_lif_write_f64(p->lif, volt, p->cfg.n, LPL_LIF_V), "lpl_lif_write") &&
         golden_ok(c, lpl_lif_write_f64(p->lif, thr, p->cfg.n, LPL_LIF_THR), "lpl_lif_write");
    if (ok) {
        memcpy(spikes, want, n_want * sizeof *want);
        *n_spk = n_want;
        memcpy(p->thr_before, thr, p->cfg.n * sizeof *thr);
        if (v != NULL) {
            memcpy(v, volt, p->cfg.n * sizeof *volt);
        }
    }
    free(thr);
    free(volt);
    return ok;
}
