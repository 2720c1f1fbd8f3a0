/* examples/paper/stream.c - learning on a stream, one sample per call: a slow signal hidden among fast, louder ones.
 *
 * Sixteen sensors see a random rotation of sixteen sources. Source 0 is slow (correlation time 200 samples, variance
 * 1), the others are fast (one sample) and have four times its variance. Half-way the world changes: another rotation.
 * The neuron is told nothing; its statistics are exponential averages, and every call of lpl_update_online leaves its
 * weights up to date. */
#include <math.h>
#include <string.h>

#include "worlds/cli.h"
#include "worlds/figure.h"
#include "worlds/must.h"
#include "worlds/progress.h"
#include "worlds/statefile.h"
#include "worlds/table.h"

#define N 16
#define TAU_SLOW 200.0
#define TAU_FAST 1.0
#define VAR_FAST 4.0
#define LOG_EVERY 100
#define TAU_STATISTICS 1000.0 /* samples: of the preset */

enum { RULE_LPL = 0, RULE_PRED_OFF = 1, RULE_OJA = 2, RULES = 3 };
static const char *const rule_names[RULES] = {"LPL", "pred. off", "Oja"};

typedef struct world_t {
    size_t samples;
    size_t change;        /* first sample of the second world */
    float *x;             /* samples x N */
    float *slow;          /* the hidden signal, for measuring only */
    double mix[2][N * N]; /* sensor i = sum_k mix[i*N + k] source k; rotations */
} world_t;

/* A random rotation: Gram and Schmidt on normal numbers. */
static void rotation(double *m, uint64_t seed, uint64_t stream) {
    MUST(lpl_random_normal_f64(m, N * N, seed, stream, 0));
    for (int i = 0; i < N; i++) {
        double norm = 0.0;
        for (int j = 0; j < i; j++) {
            double dot = 0.0;
            for (int k = 0; k < N; k++) dot += m[i * N + k] * m[j * N + k];
            for (int k = 0; k < N; k++) m[i * N + k] -= dot * m[j * N + k];
        }
        for (int k = 0; k < N; k++) norm += m[i * N + k] * m[i * N + k];
        for (int k = 0; k < N; k++) m[i * N + k] /= sqrt(norm);
    }
}

static void make_world(world_t *world, size_t samples, uint64_t seed) {
    double source[N] = {0}, noise[N];
    world->samples = samples;
    world->change = samples / 2;
    world->x = must_alloc(samples * N, sizeof *world->x);
    world->slow = must_alloc(samples, sizeof *world->slow);
    rotation(world->mix[0], seed, 0);
    rotation(world->mix[1], seed, 1);
    for (size_t t = 0; t < samples; t++) {
        const double *mix = world->mix[t >= world->change];
        MUST(lpl_random_normal_f64(noise, N, seed, 2, (uint64_t)t * N));
        for (int k = 0; k < N; k++) { /* autoregressive, with the stationary variance from the first sample on */
            const double keep = exp(-1.0 / (k == 0 ? TAU_SLOW : TAU_FAST)), sd = k == 0 ? 1.0 : sqrt(VAR_FAST);
            source[k] = t == 0 ? sd * noise[k] : keep * source[k] + sd * sqrt(1.0 - keep * keep) * noise[k];
        }
        world->slow[t] = (float)source[0];
        for (int i = 0; i < N; i++) {
            double sum = 0.0;
            for (int k = 0; k < N; k++) sum += mix[i * N + k] * source[k];
            world->x[t * N + (size_t)i] = (float)sum;
        }
    }
}

static lpl_layer_t *make_neuron(int rule, uint64_t seed) {
    lpl_layer_config_t cfg;
    lpl_layer_t *neuron = NULL;
    MUST(lpl_layer_config_init(&cfg, sizeof cfg));
    MUST(lpl_layer_preset(&cfg, LPL_PRESET_STREAM));
    cfg.n_pre = N;
    cfg.n_post = 1;
    cfg.bias = 0;
    cfg.seed = seed;
    cfg.stream = 3;
    if (rule == RULE_PRED_OFF) cfg.pull = 0.0;
    if (rule == RULE_OJA) cfg.rule = LPL_RULE_OJA;
    MUST(lpl_layer_create(&cfg, &neuron));
    return neuron;
}

/* Correlation of the output with the slow source that these weights would have in the long run: the sources are
 * independent, so with u = mix' w it is  u_0 sd_0 / sqrt(sum_k u_k^2 var_k). */
static double correlation(const lpl_layer_t *neuron, const double *mix) {
    float w[N];
    double numerator = 0.0, variance = 0.0;
    MUST(lpl_layer_read(neuron, w, N, LPL_STATE_WEIGHTS));
    for (int k = 0; k < N; k++) {
        double u = 0.0;
        for (int i = 0; i < N; i++) u += mix[i * N + k] * (double)w[i];
        if (k == 0) numerator = u;
        variance += u * u * (k == 0 ? 1.0 : VAR_FAST);
    }
    return fabs(numerator) / sqrt(variance);
}

static double length(const float w[N]) {
    double sum = 0.0;
    for (int i = 0; i < N; i++) sum += (double)w[i] * (double)w[i];
    return sqrt(sum);
}

/* Samples first .. end - 1; the curve gets |correlation| after each LOG_EVERY of them. Returns seconds spent in the
 * library. */
static double learn(lpl_layer_t *neuron, const world_t *world, size_t first, size_t end, double *curve) {
    double seconds = 0.0;
    while (first < end) {
        const size_t block_end = first + LOG_EVERY < end ? first + LOG_EVERY : end;
        const double start = progress_clock();
        for (size_t t = first; t < block_end; t++) MUST(lpl_update_online(neuron, NULL, NULL, world->x + t * N));
        seconds += progress_clock() - start;
        if (curve != NULL)
            curve[(block_end - 1) / LOG_EVERY] = correlation(neuron, world->mix[block_end > world->change]);
        first = block_end;
    }
    return seconds;
}

/* Mean and variance of the output as the sums of the equation in cli.equation, by a neuron beside `like` that learns
 * nothing and so responds to every sample in the same way: the larger of both differences, as a share of the library's
 * standard deviation and variance. */
static double averages(const lpl_layer_t *like, const world_t *world) {
    const double k = -expm1(-1.0 / TAU_STATISTICS);
    const size_t samples = (size_t)(3 * TAU_STATISTICS);
    lpl_layer_t *still = make_neuron(RULE_LPL, 0);
    double mean = 0.0, var = 0.0;
    float w[N], start[2], got[2], z;
    MUST(lpl_layer_read(like, w, N, LPL_STATE_WEIGHTS));
    MUST(lpl_layer_write(still, w, N, LPL_STATE_WEIGHTS));
    MUST(lpl_layer_set(still, LPL_PARAM_MODE, LPL_MODE_TRACK));
    MUST(lpl_layer_read(still, &start[0], 1, LPL_STATE_MEAN));
    MUST(lpl_layer_read(still, &start[1], 1, LPL_STATE_SIGMA2));
    mean = (double)start[0], var = (double)start[1];
    for (size_t t = 0; t < samples; t++) {
        MUST(lpl_update_online(still, &z, NULL, world->x + t * N));
        mean += ((double)z - mean) * k;
        var += (((double)z - mean) * ((double)z - mean) - var) * k;
    }
    MUST(lpl_layer_read(still, &got[0], 1, LPL_STATE_MEAN));
    MUST(lpl_layer_read(still, &got[1], 1, LPL_STATE_SIGMA2));
    lpl_layer_destroy(still);
    return fmax(fabs((double)got[0] - mean) / sqrt(var), fabs((double)got[1] - var) / var);
}

/* Samples after first until the curve stays above 0.9 for good (up to end); NAN if it never does. */
static double settled(const double *curve, size_t first, size_t end) {
    size_t k = end / LOG_EVERY;
    while (k > first / LOG_EVERY && curve[k - 1] > 0.9) k--;
    return k == end / LOG_EVERY ? (double)NAN : (double)((k + 1) * LOG_EVERY - first);
}

/* Mean of the curve over its last tenth. */
static double late(const double *curve, size_t n) {
    double sum = 0.0;
    for (size_t k = n - n / 10; k < n; k++) sum += curve[k] / (double)(n / 10);
    return sum;
}

/* What the linearised rule predicts (theory 1.8, in the frame of the sources, where it falls apart into one equation
 * each). D = variance of a source times (1 - correlation over one sample). */
static const double d_slow = 1.0 - 0.99501247919268232; /* 1 - exp(-1/200) */
static const double d_fast = VAR_FAST * (1.0 - 0.36787944117144233);

/* Once the slow part alone makes up a variance above 1 the fast parts die away as exp(-eta D_fast t); so from a
 * correlation c (tangent sqrt(1 - c^2) / c between fast and slow parts) it takes this long to 0.9. */
static double recovery(double c, double eta) {
    return log(sqrt(1.0 - c * c) / c / (sqrt(1.0 - 0.81) / 0.9)) / (eta * d_fast);
}

/* |w|^2 goes exponentially to 1 / (D_slow + decay), with rate 2 eta (D_slow + decay). */
static double length_after(double start, double samples, double eta, double decay) {
    const double k = d_slow + decay, fade = exp(-2.0 * eta * k * samples);
    return sqrt((1.0 - fade) / k + start * start * fade);
}

/* Without the predictive term the push alone makes a variance's weights grow, by dw = eta (C w / (w C w) - decay w):
 * its inner product with w knows neither C nor where w points. */
static double length_alone(double samples, double eta, double decay) {
    return sqrt(-expm1(-2.0 * eta * decay * samples) / decay); /* from next to 0 */
}

static void give_up(const char *why) {
    fprintf(stderr, "stream: %s\n", why);
    exit(3);
}

/* Learn on, twice: without a break, and by a second neuron that was saved to a file and loaded. Returns how many
 * weights differ. */
static size_t resume(const world_t *world, uint64_t seed, const char *path) {
    const size_t half = world->change / 2;
    lpl_layer_t *straight = make_neuron(RULE_LPL, seed), *resumed = NULL;
    float a[N], b[N];
    char why[1400];
    size_t differ = 0;
    learn(straight, world, 0, half, NULL);
    if (!statefile_save_layer(straight, path, why, sizeof why)) give_up(why);
    learn(straight, world, half, world->samples, NULL);
    if (!statefile_load_layer(&resumed, path, 0, 1, why, sizeof why)) give_up(why);
    learn(resumed, world, half, world->samples, NULL);
    MUST(lpl_layer_read(straight, a, N, LPL_STATE_WEIGHTS));
    MUST(lpl_layer_read(resumed, b, N, LPL_STATE_WEIGHTS));
    for (int i = 0; i < N; i++) differ += memcmp(&a[i], &b[i], sizeof a[i]) != 0;
    lpl_layer_destroy(straight);
    lpl_layer_destroy(resumed);
    return differ;
}

static bool draw(const char *folder, const world_t *world, double *const curves[RULES]) {
    static const int line_type[RULES] = {FIGURE_BLUE, FIGURE_VERMILLION, FIGURE_ORANGE};
    figure_t f;
    if (!figure_open(&f, folder, "stream", 900, 480, "A slow signal among fast, louder ones",
                     "no figure of the article",
                     "How well the output follows the slow signal, one sample at a time. LPL finds it among louder "
                     "fast ones, and again after the world has changed (dashed line); "
                     "Oja's rule and LPL without prediction follow the loudest instead."))
        return false;
    figure_csv(&f, NULL);
    figure_data(&f, "sample,lpl,pred_off,oja\n");
    for (size_t k = 0; k < world->samples / LOG_EVERY; k++)
        figure_data(&f, "%zu,%.5f,%.5f,%.5f\n", (k + 1) * LOG_EVERY, curves[0][k], curves[1][k], curves[2][k]);
    const double change = (double)world->change / 1000.0;
    figure_panel(&f, &(figure_panel_t){.title = "A slow signal among fast, louder ones",
                                       .x = {"samples", "thousands", 0, (double)world->samples / 1000.0},
                                       .y = {"|correlation| with the slow signal", "1", 0, 1.05},
                                       .legend = FIGURE_MIDDLE_RIGHT});
    for (int rule = 0; rule < RULES; rule++)
        figure_mark(&f, &(figure_mark_t){FIGURE_LINE, rule_names[rule], .x = 1, .y = rule + 2, .x_by = 1e-3,
                                         .colour = line_type[rule]});
    figure_mark(&f, &(figure_mark_t){FIGURE_VERTICAL, .at = {change}, .colour = FIGURE_GREY});
    figure_mark(&f, &(figure_mark_t){FIGURE_NOTE, "the world changes", .at = {change, 0.72}});
    return figure_close(&f);
}

int main(int argc, char **argv) {
    const char *folder = "lpl-out";
    long samples = 200000, seed = 1;
    const cli_option_t options[] = {
        {"samples", 0, CLI_INT, &samples, 20000, 1e7, "N", "length of the stream; the world changes half-way"},
        {"seed", 0, CLI_INT, &seed, 0, 2147483647, "N", "seed of all random numbers"}};
    const cli_t cli = {"stream",
                       "online learning: find a slow signal, and find it again after the world has changed",
                       "  z = w x;  mean += (z - mean) k;  var += ((z - mean)^2 - var) k;  k = 1 - exp(-1/1000)\n"
                       "  dw = eta { x [ -(z - z_prev)  +  (z - mean) / (var + eps) ]  -  0.001 w }                  "
                       "(theory 1.4, 1.6)",
                       options,
                       sizeof options / sizeof options[0],
                       NULL,
                       NULL,
                       NULL,
                       NULL,
                       &folder,
                       NULL};
    char path[600];
    static world_t world;
    double *curves[RULES], seconds[RULES], at_change, long_run, alone, wait, eta, decay;
    lpl_layer_t *neurons[RULES], *changed;
    double measured = 0.0, zz = 0.0, ss = 0.0;
    float w[N];
    size_t last, differ;
    table_t t;
    bool drawn;
    int status = cli_parse(&cli, argc, argv);
    if (status >= 0) return status;
    if (!figure_folder(folder)) return 3;
    samples -= samples % (2 * LOG_EVERY);
    make_world(&world, (size_t)samples, (uint64_t)seed);
    last = world.samples / LOG_EVERY - 1;
    for (int rule = 0; rule < RULES; rule++) {
        curves[rule] = must_alloc(world.samples / LOG_EVERY, sizeof(double));
        neurons[rule] = make_neuron(rule, (uint64_t)seed);
        seconds[rule] = learn(neurons[rule], &world, 0, world.samples, curves[rule]);
        fprintf(stderr, "time: %s: %.3f us per sample of %d inputs\n", rule_names[rule],
                1e6 * seconds[rule] / (double)world.samples, N);
    }
    changed = make_neuron(RULE_LPL, (uint64_t)seed); /* as it was when the world changed */
    learn(changed, &world, 0, world.change, NULL);
    for (size_t k = world.samples - world.samples / 10; k < world.samples; k++) {
        float z;
        MUST(lpl_forward(neurons[RULE_LPL], &z, 1, world.x + k * N, N, 1));
        measured += (double)z * (double)world.slow[k];
        zz += (double)z * (double)z;
        ss += (double)world.slow[k] * (double)world.slow[k];
    }
    drawn = draw(folder, &world, curves);
    snprintf(path, sizeof path, "%s/stream.lpl", folder);
    differ = resume(&world, (uint64_t)seed, path);

    at_change = correlation(changed, world.mix[1]);
    MUST(lpl_layer_read(changed, w, N, LPL_STATE_WEIGHTS));
    lpl_layer_destroy(changed);
    MUST(lpl_layer_get(neurons[RULE_LPL], LPL_PARAM_ETA, &eta));
    MUST(lpl_layer_get(neurons[RULE_LPL], LPL_PARAM_WEIGHT_DECAY, &decay));
    long_run = length_after(at_change * length(w), (double)(world.samples - world.change), eta, decay);
    MUST(lpl_layer_read(neurons[RULE_LPL], w, N, LPL_STATE_WEIGHTS));
    wait = recovery(at_change, eta);
    table_begin(&t, "stream: |correlation| of one neuron's output with the slow signal");
    t.source = "own: a tenth of the samples";
    table_below(&t, TABLE_MUST, 20000, settled(curves[RULE_LPL], 0, world.change), "LPL, samples until above 0.9");
    t.source = "theory: slow feature alone, 1 (1.8)";
    table_above(&t, TABLE_MUST, 0.99, curves[RULE_LPL][world.change / LOG_EVERY - 1], "LPL, end of the first world");
    table_not_comparable(&t, "chance: two random rotations", at_change, "LPL, when the world changes");
    t.source = "theory: linearised rule";
    table_near(&t, TABLE_MUST, wait, settled(curves[RULE_LPL], world.change, world.samples), LOG_EVERY + 0.5 * wait,
               "LPL, samples until above 0.9 again");
    t.source = "theory: slow feature alone, 1 (1.8)";
    table_above(&t, TABLE_MUST, 0.99, curves[RULE_LPL][last], "LPL, at the end");
    table_above(&t, TABLE_MUST, 0.99, fabs(measured) / sqrt(zz * ss), "LPL, measured on the last tenth");
    t.source = "theory: linearised rule";
    table_near(&t, TABLE_MUST, long_run, length(w), 0.08 * long_run, "LPL, |w| at the end");
    t.source = "theory: the loudest, 0 (1.8)";
    table_below(&t, TABLE_MUST, 0.3, late(curves[RULE_PRED_OFF], last + 1), "pred. off, last tenth");
    t.source = "theory: |w|^2 to 1 / decay, whatever w is";
    MUST(lpl_layer_read(neurons[RULE_PRED_OFF], w, N, LPL_STATE_WEIGHTS));
    alone = length_alone((double)world.samples, eta, decay);
    table_near(&t, TABLE_MUST, alone, length(w), 0.08 * alone, "pred. off, |w| at the end");
    t.source = "theory: 1.4, mean and variance of a still neuron";
    table_below(&t, TABLE_MUST, 1e-4, averages(neurons[RULE_LPL], &world), "LPL, its averages: difference");
    t.source = "theory: the loudest, 0 (1.8)";
    table_below(&t, TABLE_MUST, 0.3, late(curves[RULE_OJA], last + 1), "Oja, last tenth");
    t.source = "own: the same bits";
    table_near(&t, TABLE_MUST, 0, (double)differ, 0, "weights that differ after save and resume");
    for (int rule = 0; rule < RULES; rule++) {
        lpl_layer_destroy(neurons[rule]);
        free(curves[rule]);
    }
    free(world.x);
    free(world.slow);
    return table_end(&t) > 0 || !drawn ? 1 : 0;
}
