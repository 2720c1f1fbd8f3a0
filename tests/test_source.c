/* tests/test_source.c - Poisson groups: against docs/source.md, in any call pattern, statistically; recorded spikes;
 * bad input. */
#include "common/alloc.h"
#include "common/testing.h"

typedef struct {
    size_t n, room;
    uint64_t *step;
    uint32_t *neuron;
} list_t;

static void put(list_t *l, uint64_t step, uint32_t neuron) {
    if (l->n == l->room) {
        l->room = 2 * l->room + 1000;
        l->step = realloc(l->step, l->room * sizeof *l->step);
        l->neuron = realloc(l->neuron, l->room * sizeof *l->neuron);
    }
    l->step[l->n] = step, l->neuron[l->n++] = neuron;
}

static void empty(list_t *l) {
    free(l->step), free(l->neuron);
    *l = (list_t){0};
}

static void same(const list_t *a, const list_t *b) {
    size_t k = 0;
    while (k < a->n && k < b->n && a->step[k] == b->step[k] && a->neuron[k] == b->neuron[k]) k++;
    ck_assert_msg(k == a->n && k == b->n, "lists of %zu and %zu spikes differ from spike %zu on", a->n, b->n, k);
}

static lpl_source_config_t poisson(uint64_t n, uint64_t n_knots, const double *time_s, const double *rate_hz) {
    lpl_source_config_t c;
    OK(lpl_source_config_init(&c, sizeof c));
    c.n = n, c.n_knots = n_knots, c.time_s = time_s, c.rate_hz = rate_hz;
    c.seed = testing_bits(), c.stream = testing_bits();
    return c;
}

static lpl_source_t *make(const lpl_source_config_t *c) {
    lpl_source_t *s = NULL;
    OK(lpl_source_create(c, &s));
    return s;
}

/* `steps` steps from where the source is; checks order and range. (An assertion for each spike would take most of the
 * time.) */
static void play(lpl_source_t *s, const lpl_source_config_t *c, uint64_t steps, list_t *to) {
    uint32_t *spikes = malloc(c->n * sizeof *spikes);
    uint64_t t;
    size_t wrong = 0;
    OK(lpl_source_tell(s, &t));
    for (const uint64_t end = t + steps; t < end; t++) {
        uint64_t told = 0;
        size_t n = 0;
        wrong += lpl_source_tell(s, &told) != LPL_OK || told != t;
        wrong += lpl_source_step(s, spikes, c->n, &n) != LPL_OK || n > c->n;
        for (size_t i = 0; i < n; i++) {
            wrong += (i > 0 && spikes[i] <= spikes[i - 1]) || spikes[i] < c->first || spikes[i] - c->first >= c->n;
            put(to, t, spikes[i]);
        }
    }
    ck_assert_uint_eq(wrong, 0);
    free(spikes);
}

static list_t spikes_of(const lpl_source_config_t *c, uint64_t steps) {
    list_t l = {0};
    lpl_source_t *s = make(c);
    play(s, c, steps, &l);
    lpl_source_destroy(s);
    return l;
}

/* A random rate: knots at random distances, some rates 0, up to `most`. */
enum { KNOTS = 40 };
typedef struct {
    double time_s[KNOTS], rate_hz[KNOTS];
} series_t;

static series_t series(size_t n, double distance, double most) {
    series_t r = {{0}, {0}};
    double t = testing_size(0, 1) ? 0 : distance * 3;
    for (size_t k = 0; k < n; k++) {
        r.time_s[k] = t;
        r.rate_hz[k] = testing_size(0, 4) == 0 ? 0 : most * fabs(testing_real());
        t += distance * (0.05 + fabs(testing_real()));
    }
    return r;
}

/* ---- the definition, in plain code from the public random numbers ---- */

static double rate_at(const lpl_source_config_t *c, uint64_t t) {
    const size_t last = c->n_knots - 1;
    const double begin = c->time_s ? c->time_s[0] : 0, length = c->time_s ? c->time_s[last] - begin : 0;
    double x = (double)t * c->dt - begin;
    if (x <= 0 || last == 0) return c->rate_hz[0];
    if (c->flags & LPL_SOURCE_LOOP) x -= floor(x / length) * length;
    if (x < 0) x = 0;
    if (x >= length) return c->rate_hz[last];
    size_t k = 0;
    while (c->time_s[k + 1] - begin <= x) k++;
    const double low = c->time_s[k] - begin, high = c->time_s[k + 1] - begin;
    return c->rate_hz[k] + (c->rate_hz[k + 1] - c->rate_hz[k]) * ((x - low) / (high - low));
}

/* The highest rate of steps first .. last: at one of them or at a knot in between. */
static double highest(const lpl_source_config_t *c, uint64_t first, uint64_t last) {
    double most = fmax(rate_at(c, first), rate_at(c, last));
    if (c->n_knots == 1) return most;
    const double begin = c->time_s[0], length = c->time_s[c->n_knots - 1] - begin;
    const double x = fmax((double)first * c->dt - begin, 0), y = fmax((double)last * c->dt - begin, 0);
    const int loop = (c->flags & LPL_SOURCE_LOOP) != 0;
    for (double pass = loop ? floor(x / length) : 0; pass <= (loop ? floor(y / length) : 0); pass++)
        for (size_t k = 0; k < c->n_knots; k++) {
            const double at = c->time_s[k] - begin;
            if (at >= x - pass * length && at <= y - pass * length) most = fmax(most, c->rate_hz[k]);
        }
    return most;
}

static list_t reference(const lpl_source_config_t *c, uint64_t first, uint64_t steps) {
    list_t l = {0};
    double most = 0;
    for (size_t k = 0; k < c->n_knots; k++) most = fmax(most, c->rate_hz[k]);
    uint64_t length = 4096;
    while (length > 1 && (double)c->n * (most * c->dt) * (double)length > 32) length /= 2;
    for (uint64_t segment = first / length; segment * length < first + steps; segment++) {
        const uint64_t begin = segment * length, cells = length * c->n;
        const double p_max = highest(c, begin, begin + length - 1) * c->dt;
        uint64_t cell = 0;
        for (uint64_t candidate = 0; p_max > 0; candidate++) {
            double u[2];
            (void)lpl_random_uniform_f64(u, 2, c->seed, c->stream, 2 * (segment * (cells + 1) + candidate));
            const double gap = floor(log(u[0] + 0x1p-53) / log1p(-p_max));
            if (gap >= (double)(cells - cell)) break;
            cell += (uint64_t)gap;
            const uint64_t t = begin + cell / c->n;
            if (u[1] * p_max < rate_at(c, t) * c->dt && t >= first && t < first + steps)
                put(&l, t, (uint32_t)(c->first + cell % c->n));
            cell++;
        }
    }
    return l;
}

START_TEST(spikes_follow_the_definition) {
    size_t total = 0, differ = 0;
    for (int round = 0; round < 60; round++) {
        const size_t knots = testing_size(1, KNOTS), n = testing_size(1, testing_size(1, 300));
        const double most[] = {2, 30, 400, 9999};
        const series_t r = series(knots, testing_size(0, 1) ? 1e-4 : 0.02, most[round % 4]);
        lpl_source_config_t c = poisson(n, knots, knots == 1 && testing_size(0, 1) ? NULL : r.time_s, r.rate_hz);
        c.flags = testing_size(0, 1) ? LPL_SOURCE_LOOP : 0;
        c.first = testing_size(0, 1) ? 0 : testing_size(0, 1000);
        const uint64_t steps = n > 30 ? 2000 : 12000, first = testing_size(0, 2) == 0 ? testing_bits() >> 24 : 0;
        list_t want = reference(&c, first, steps), got = {0};
        lpl_source_t *s = make(&c);
        OK(lpl_source_seek(s, first));
        play(s, &c, steps, &got);
        same(&want, &got);
        for (int k = 0; k < 50; k++) {
            const uint64_t t = first + testing_size(0, steps);
            double rate = -1;
            differ += lpl_source_rate(s, &rate, t) != LPL_OK || rate != rate_at(&c, t);
        }
        total += got.n;
        lpl_source_destroy(s);
        empty(&want), empty(&got);
    }
    ck_assert_uint_eq(differ, 0);
    ck_assert_uint_gt(total, 10000);
}
END_TEST

/* The Python version printed in docs/source.md is run and compared. */
START_TEST(documentation) {
    fflush(NULL);
    FILE *script = popen("python3 tests/ffi/source_doc.py docs/random.md docs/source.md", "w");
    ck_assert(script != NULL);
    for (int round = 0; round < 8; round++) {
        const size_t knots = round == 0 ? 1 : testing_size(2, 12);
        const series_t r = series(knots, 0.004, round % 2 ? 60 : 3000);
        lpl_source_config_t c = poisson(testing_size(1, 30), knots, r.time_s, r.rate_hz);
        c.flags = round % 4 < 2 ? LPL_SOURCE_LOOP : 0;
        list_t l = spikes_of(&c, 500);
        fprintf(script, "%u %.17g %u %llu %llu 500 %zu", (unsigned)c.n, c.dt, (unsigned)c.flags,
                (unsigned long long)c.seed, (unsigned long long)c.stream, knots);
        for (size_t k = 0; k < knots; k++) fprintf(script, " %.17g %.17g", r.time_s[k], r.rate_hz[k]);
        fprintf(script, " %zu", l.n);
        for (size_t k = 0; k < l.n; k++)
            fprintf(script, " %llu %u", (unsigned long long)l.step[k], (unsigned)l.neuron[k]);
        fprintf(script, "\n");
        empty(&l);
    }
    const int status = pclose(script);
    if (status == 127 * 256)
        printf("test_source: comparison with docs/source.md skipped, no python3\n");
    else
        ck_assert_int_eq(status, 0);
}
END_TEST

/* Spikes depend on the step alone: seeks anywhere, in any order, and refused calls in between. */
START_TEST(any_call_pattern) {
    for (int round = 0; round < 20; round++) {
        const size_t knots = testing_size(1, KNOTS), n = testing_size(1, 120), steps = 6000;
        const series_t r = series(knots, 0.01, round % 2 ? 50 : 5000);
        lpl_source_config_t c = poisson(n, knots, r.time_s, r.rate_hz);
        c.flags = LPL_SOURCE_LOOP;
        list_t all = spikes_of(&c, steps);
        lpl_source_t *s = make(&c);
        uint32_t spikes[120];
        for (int seek = 0; seek < 30; seek++) {
            uint64_t t = testing_size(0, steps - 1), told;
            if (seek > 0) OK(lpl_source_seek(s, t));
            OK(lpl_source_tell(s, &t));
            size_t at = 0, count, want = 0;
            while (at < all.n && all.step[at] < t) at++;
            for (size_t k = testing_size(1, 300); k > 0 && t < steps; k--, t++) {
                for (want = 0; at + want < all.n && all.step[at + want] == t;) want++;
                if (want > 0 && testing_size(0, 9) == 0) {
                    count = 77, spikes[0] = 78;
                    FAILS(lpl_source_step(s, spikes, want - 1, &count), LPL_E_SIZE, "room");
                    OK(lpl_source_tell(s, &told));
                    ck_assert(told == t && count == 77 && spikes[0] == 78);
                }
                count = 77;
                if (lpl_source_step(s, want ? spikes : NULL, want, &count) != LPL_OK || count != want)
                    ck_abort_msg("%s", lpl_last_error());
                if (want) ck_assert_mem_eq(spikes, all.neuron + at, want * sizeof *spikes);
                at += want;
            }
        }
        lpl_source_destroy(s);
        empty(&all);
    }
}
END_TEST

/* ---- statistics, from the run's seed: bounds that a normal number leaves by five standard deviations ---- */

#define FIVE_DEVIATIONS 2.867e-7 /* chance of a normal number above them */

/* Chi-square with k degrees of freedom: mean k, variance 2 k, and a tail to the right. */
#define CHI_SQUARE(sum, k) ck_assert_double_le(fabs((sum) - (double)(k)), 6 * sqrt(2.0 * (double)(k)))

/* The sum of k squares of binomial counts, each over its variance v = n p (1 - p). Only for large v is it chi-square:
 * the variance of one square is E(x - np)^4 / v^2 - 1 = 2 + (1 - 6 p (1 - p)) / v, one half more than 2 where two
 * events are expected. Even there six standard deviations are left once in 120 000 draws (the sum's distribution by
 * convolution: 8e-6). */
static void dispersed(double sum, size_t k, double v, double p) {
    const double deviation = sqrt((double)k * (2 + (1 - 6 * p * (1 - p)) / v));
    ck_assert_msg(fabs(sum - (double)k) <= 6 * deviation, "sum of %zu squares %g, deviation %g", k, sum, deviation);
}

/* Chance of a count as far out as this or further on its side: n draws of chance p. A normal number is not enough where
 * few events (or few failures) are expected: of two, ten come once in 20 000 times. */
static double binomial_tail(size_t count, uint64_t n, double p) {
    const int up = (double)count > (double)n * p;
    const double x = (double)count, m = (double)n;
    double term = exp(lgamma(m + 1) - lgamma(x + 1) - lgamma(m - x + 1) + x * log(p) + (m - x) * log1p(-p)), sum = 0;
    for (double j = x; term > 0 && term > 1e-17 * sum; j += up ? 1 : -1) {
        sum += term;
        term *= up ? (m - j) / (j + 1) * p / (1 - p) : j / (m - j + 1) * (1 - p) / p;
    }
    return sum;
}

START_TEST(tail_of_the_binomial) { /* summed by hand, in closed form, and a normal tail */
    CLOSE(binomial_tail(10, 20000, 1e-4), 4.643e-5, 1e-3, 4.643e-5);
    CLOSE(binomial_tail(19990, 20000, 1 - 1e-4), 4.643e-5, 1e-3, 4.643e-5);
    CLOSE(binomial_tail(0, 20000, 1e-4), pow(1 - 1e-4, 20000), 1e-9, 1);
    CLOSE(binomial_tail(3, 3, 0.5), 0.125, 1e-14, 1);
    CLOSE(binomial_tail(500000 + 1500, 1000000, 0.5), 0.5 * erfc(2.999 / sqrt(2)), 1e-2, 1.35e-3);
}
END_TEST

START_TEST(every_neuron_at_its_rate) {
    const double rates[] = {5, 60, 2000, 5000, 9900, 9999};
    enum { N = 100 };
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        const double p = rates[r] * 1e-4;
        const uint64_t steps = rates[r] < 10 ? 2000000 : rates[r] < 100 ? 500000 : 20000, window = steps / 100;
        lpl_source_config_t c = poisson(N, 1, NULL, &rates[r]);
        list_t l = spikes_of(&c, steps);
        size_t neuron[N] = {0}, in_window[100] = {0};
        for (size_t k = 0; k < l.n; k++) neuron[l.neuron[k]]++, in_window[l.step[k] / window]++;
        const double each = (double)steps * p, var = each * (1 - p), var_window = (double)window * N * p * (1 - p);
        double sum = 0, windows = 0;
        for (size_t i = 0; i < N; i++) {
            ck_assert_msg(binomial_tail(neuron[i], steps, p) > FIVE_DEVIATIONS,
                          "rate %g: neuron %zu fired %zu times, expected %g", rates[r], i, neuron[i], each);
            sum += pow((double)neuron[i] - each, 2) / var;
            windows += pow((double)in_window[i] - (double)window * N * p, 2) / var_window;
        }
        dispersed(sum, N, var, p);              /* binomial from neuron to neuron */
        dispersed(windows, 100, var_window, p); /* Fano factor of the group's counts: 1 (- p) */
        ck_assert_double_gt(binomial_tail(l.n, steps * N, p), FIVE_DEVIATIONS);
        empty(&l);
    }
}
END_TEST

/* Steps between two spikes of a neuron are geometric, also across the ends of segments. */
START_TEST(intervals_are_geometric) {
    enum { N = 50, BINS = 40 };
    const double rate = 200, p = rate * 1e-4;
    const uint64_t steps = 200000;
    lpl_source_config_t c = poisson(N, 1, NULL, &rate);
    list_t l = spikes_of(&c, steps);
    uint64_t last[N], count[BINS] = {0}, total = 0;
    memset(last, 0xff, sizeof last);
    for (size_t k = 0; k < l.n; k++) {
        const uint32_t i = l.neuron[k];
        if (last[i] != UINT64_MAX) {
            /* in bins of equal probability: 1 - (1-p)^interval */
            const double before = 1 - pow(1 - p, (double)(l.step[k] - last[i] - 1)),
                         after = 1 - pow(1 - p, (double)(l.step[k] - last[i]));
            const double place = before + (after - before) * 0.5 * (1 + testing_real());
            count[(size_t)(place * BINS)]++;
            total++;
        }
        last[i] = l.step[k];
    }
    double sum = 0;
    for (size_t b = 0; b < BINS; b++) sum += pow((double)count[b] - (double)total / BINS, 2) / ((double)total / BINS);
    CHI_SQUARE(sum, BINS - 1);
    empty(&l);
}
END_TEST

/* Groups with other streams or seeds, and neighbours within a group, do not follow each other. */
START_TEST(groups_are_independent) {
    enum { N = 20, BINS = 2000, GROUPS = 4 };
    static double count[GROUPS + 2][BINS];
    memset(count, 0, sizeof count);
    const double rate = 100;
    lpl_source_config_t c = poisson(N, 1, NULL, &rate);
    size_t coincident = 0, n[2] = {0};
    list_t first = {0};
    for (int g = 0; g < GROUPS; g++) {
        lpl_source_config_t d = c;
        d.stream += g == 1 ? 1 : g == 2 ? (uint64_t)1 << 40 : 0, d.seed += g == 3;
        list_t l = spikes_of(&d, BINS * 100);
        for (size_t k = 0; k < l.n; k++) {
            count[g][l.step[k] / 100]++;
            if (g == 0 && l.neuron[k] < 2) count[GROUPS + l.neuron[k]][l.step[k] / 100]++;
        }
        if (g == 0) {
            first = l;
        } else {
            if (g == 1)
                for (size_t a = 0, b = 0; a < first.n && b < l.n;) { /* the same neuron in the same step */
                    const uint64_t x = first.step[a] * N + first.neuron[a], y = l.step[b] * N + l.neuron[b];
                    coincident += x == y;
                    a += x <= y, b += y <= x;
                }
            n[0] = first.n, n[1] = l.n;
            empty(&l);
        }
    }
    empty(&first);
    const double expect = (double)n[0] * (double)n[1] / (N * BINS * 100.0);
    CLOSE((double)coincident, expect, 5 * sqrt(expect), 1);
    for (int g = 0; g < GROUPS + 2; g++) {
        double mean = 0, var = 0;
        for (int b = 0; b < BINS; b++) mean += count[g][b] / BINS;
        for (int b = 0; b < BINS; b++) count[g][b] -= mean, var += count[g][b] * count[g][b] / BINS;
        for (int b = 0; b < BINS; b++) count[g][b] /= sqrt(var);
    }
    for (int g = 0; g < GROUPS + 2; g++)
        for (int h = 0; h < g; h++) {
            double product = 0;
            if (h == 0 && g >= GROUPS) continue; /* a group and its own neuron */
            for (int b = 0; b < BINS; b++) product += count[g][b] * count[h][b] / BINS;
            ck_assert_msg(fabs(product) < 5 / sqrt(BINS), "series %d and %d: correlation %g", h, g, product);
        }
}
END_TEST

/* A moving rate is followed: spikes per phase of a loop against the sum of the rates of its steps. */
START_TEST(moving_rate_is_followed) {
    enum { N = 30, PHASES = 50 };
    const double time_s[] = {0.02, 0.021, 0.1, 0.13, 0.27}, rate_hz[] = {0, 900, 10, 300, 0};
    lpl_source_config_t c = poisson(N, 5, time_s, rate_hz);
    c.flags = LPL_SOURCE_LOOP;
    const uint64_t steps = 500000;
    list_t l = spikes_of(&c, steps);
    lpl_source_t *s = make(&c);
    ck_assert_uint_ge(l.step[0], 200); /* the first knot's rate, 0, before it */
    double got[PHASES] = {0}, want[PHASES] = {0};
    for (uint64_t t = 200; t < steps; t++) {
        double rate = 0;
        (void)lpl_source_rate(s, &rate, t);
        want[(t - 200) % 2500 / (2500 / PHASES)] += rate * 1e-4 * N;
    }
    for (size_t k = 0; k < l.n; k++) {
        got[(l.step[k] - 200) % 2500 / (2500 / PHASES)]++;
    }
    double sum = 0;
    for (int b = 0; b < PHASES; b++) sum += pow(got[b] - want[b], 2) / want[b];
    CHI_SQUARE(sum, PHASES);
    lpl_source_destroy(s);
    empty(&l);
}
END_TEST

/* ---- corners ---- */

START_TEST(extreme_rates) {
    const double rates[] = {0, 4.9e-324, 1e-300, 1e-18};
    for (size_t r = 0; r < 4; r++) {
        lpl_source_config_t c = poisson(2000, 1, NULL, &rates[r]);
        list_t l = spikes_of(&c, 20000);
        ck_assert_uint_eq(l.n, 0);
        empty(&l);
    }
    const double nearly[] = {0, 9999.999999};
    const double time_s[] = {0.1, 0.1 + 1e-9};
    lpl_source_config_t c = poisson(50, 2, time_s, nearly); /* silent, then nearly all neurons at every step */
    list_t l = spikes_of(&c, 2000);
    ck_assert_uint_ge(l.n, 999 * 50 - 10);
    ck_assert_uint_ge(l.step[0], 1000);
    empty(&l);
    const double most = nextafter(1 / 1e-4, 0);
    c = poisson(7, 1, NULL, &most);
    l = spikes_of(&c, 500);
    ck_assert_uint_eq(l.n, 7 * 500);
    empty(&l);
    const double slow = 1e-5;
    c = poisson((uint64_t)1 << 20, 1, NULL, &slow);
    l = spikes_of(&c, 20000);
    ck_assert_double_gt(binomial_tail(l.n, (uint64_t)20000 << 20, 1e-9), FIVE_DEVIATIONS);
    empty(&l);
}
END_TEST

/* A source lasts for 2^62 / n steps; the last ones are as good as the first. */
START_TEST(the_end) {
    const double rate = 500;
    lpl_source_config_t c = poisson(1000, 1, NULL, &rate);
    lpl_source_t *s = make(&c);
    uint32_t spikes[1000];
    uint64_t t;
    size_t n;
    FAILS(lpl_source_seek(s, UINT64_MAX), LPL_E_SIZE, "t = 18446744073709551615");
    uint64_t low = 0, high = UINT64_MAX; /* the largest t that seek takes */
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        if (lpl_source_seek(s, middle) == LPL_OK)
            low = middle;
        else
            high = middle;
    }
    ck_assert_uint_ge(low, ((uint64_t)1 << 62) / 1100);
    OK(lpl_source_seek(s, low - 300));
    list_t want = reference(&c, low - 300, 300), got = {0};
    play(s, &c, 300, &got);
    same(&want, &got);
    FAILS(lpl_source_step(s, spikes, 1000, &n), LPL_E_SIZE, "beyond");
    OK(lpl_source_tell(s, &t));
    ck_assert_uint_eq(t, low);
    lpl_source_destroy(s);
    empty(&want), empty(&got);
}
END_TEST

START_TEST(recorded_spikes) {
    for (int round = 0; round < 30; round++) {
        lpl_source_config_t c;
        OK(lpl_source_config_init(&c, sizeof c));
        c.kind = LPL_SOURCE_SPIKES, c.n = testing_size(1, 40), c.first = testing_size(0, 9);
        list_t l = {0}, got = {0};
        const size_t steps = 400, chance = testing_size(1, 200);
        for (size_t t = 0; t < steps; t++)
            for (uint32_t i = 0; i < c.n; i++)
                if (testing_size(0, chance) == 0) put(&l, t, i);
        c.n_spikes = l.n, c.spk_step = l.step, c.spk_neuron = l.neuron;
        lpl_source_t *s = make(&c);
        for (size_t k = 0; k < l.n; k++) l.neuron[k] += (uint32_t)c.first; /* and the copy must not see it */
        play(s, &c, steps + 50, &got);
        same(&l, &got);
        for (int k = 0; k < 20; k++) {
            const uint64_t t = testing_size(0, steps + 10);
            list_t part = {0}, want = {0};
            for (size_t j = 0; j < l.n; j++)
                if (l.step[j] >= t && l.step[j] < t + 30) put(&want, l.step[j], l.neuron[j]);
            OK(lpl_source_seek(s, t));
            play(s, &c, 30, &part);
            same(&want, &part);
            empty(&part), empty(&want);
        }
        double rate = 7;
        FAILS(lpl_source_rate(s, &rate, 0), LPL_E_ARG, "rate");
        ck_assert(rate == 7);
        lpl_source_destroy(s);
        empty(&l), empty(&got);
    }
    lpl_source_config_t c; /* none at all */
    OK(lpl_source_config_init(&c, sizeof c));
    c.kind = LPL_SOURCE_SPIKES, c.n = 3;
    list_t l = spikes_of(&c, 1000);
    ck_assert_uint_eq(l.n, 0);
}
END_TEST

/* ---- bad input ---- */

#define BAD(code, word, change)                              \
    do {                                                     \
        lpl_source_config_t bad_ = c;                        \
        lpl_source_t *none_ = NULL;                          \
        change;                                              \
        FAILS(lpl_source_create(&bad_, &none_), code, word); \
        ck_assert_ptr_null(none_);                           \
    } while (0)

START_TEST(bad_configs) {
    const double time_s[] = {0, 1, 2}, down[] = {0, 1, 1}, late[] = {0, 1, INFINITY}, early[] = {-1, 0, 1},
                 nan_time[] = {NAN, 1, 2};
    const double rate_hz[] = {5, 6, 7}, negative[] = {5, -1, 2}, not [] = {5, 6, NAN}, khz[] = {5, 1e4, 7};
    lpl_source_config_t c = poisson(10, 3, time_s, rate_hz);
    lpl_source_t *s = NULL;
    FAILS(lpl_source_create(&c, NULL), LPL_E_NULL, "out");
    FAILS(lpl_source_create(NULL, &s), LPL_E_NULL, "lpl_source_create");
    BAD(LPL_E_ARG, "kind", bad_.kind = 2);
    BAD(LPL_E_ARG, "flags = 6", bad_.flags = 6);
    BAD(LPL_E_SIZE, "n = 0", bad_.n = 0);
    BAD(LPL_E_SIZE, "n = 2147483649", bad_.n = ((uint64_t)1 << 31) + 1);
    BAD(LPL_E_SIZE, "first = 4294967287", bad_.first = 4294967287u);
    BAD(LPL_E_SIZE, "first = 18446744073709551615", bad_.first = UINT64_MAX);
    BAD(LPL_E_ARG, "dt = 0", bad_.dt = 0);
    BAD(LPL_E_ARG, "dt = ", bad_.dt = NAN);
    BAD(LPL_E_ARG, "n_knots = 0", bad_.n_knots = 0);
    BAD(LPL_E_SIZE, "n_knots", bad_.n_knots = UINT64_MAX);
    BAD(LPL_E_NULL, "rate_hz", bad_.rate_hz = NULL);
    BAD(LPL_E_NULL, "time_s", bad_.time_s = NULL);
    BAD(LPL_E_ARG, "time_s[2] = 1 s after 1 s", bad_.time_s = down);
    BAD(LPL_E_ARG, "time_s[2] = inf", bad_.time_s = late);
    BAD(LPL_E_ARG, "time_s[0] = -1", bad_.time_s = early);
    BAD(LPL_E_ARG, "time_s[0] = nan", bad_.time_s = nan_time);
    BAD(LPL_E_ARG, "rate_hz[1] = -1", bad_.rate_hz = negative);
    BAD(LPL_E_ARG, "rate_hz[2] = nan", bad_.rate_hz = not );
    BAD(LPL_E_UNITS, "rate_hz[1] = 10000 Hz, dt = 0.0001 s: need rate dt < 1; did you give kHz, or dt in ms?",
        bad_.rate_hz = khz);
    BAD(LPL_E_UNITS, "rate_hz[0]", bad_.dt = 0.2);
    BAD(LPL_E_VERSION, "size", bad_.size = 3);
}
END_TEST

START_TEST(bad_spikes) {
    const uint64_t step[] = {3, 3, 3, 5}, unsorted[] = {3, 3, 4, 3}, far[] = {3, 3, 3, (uint64_t)1 << 63};
    const uint32_t neuron[] = {0, 4, 9, 0}, twice[] = {0, 4, 4, 0}, down[] = {4, 0, 9, 0}, high[] = {0, 4, 10, 0};
    lpl_source_config_t c;
    OK(lpl_source_config_init(&c, sizeof c));
    c.kind = LPL_SOURCE_SPIKES, c.n = 10, c.n_spikes = 4, c.spk_step = step, c.spk_neuron = neuron;
    BAD(LPL_E_ARG, "LPL_SOURCE_LOOP", bad_.flags = LPL_SOURCE_LOOP);
    BAD(LPL_E_NULL, "spk_step", bad_.spk_step = NULL);
    BAD(LPL_E_NULL, "spk_neuron", bad_.spk_neuron = NULL);
    BAD(LPL_E_SIZE, "n_spikes", bad_.n_spikes = UINT64_MAX);
    BAD(LPL_E_ARG, "spk_step[3] = 3 after 4", bad_.spk_step = unsorted);
    BAD(LPL_E_ARG, "spk_step[3] = 9223372036854775808", bad_.spk_step = far);
    BAD(LPL_E_ARG, "spk_neuron[2] = 4 after 4 in step 3", bad_.spk_neuron = twice);
    BAD(LPL_E_ARG, "spk_neuron[1] = 0 after 4 in step 3", bad_.spk_neuron = down);
    BAD(LPL_E_ARG, "spk_neuron[2] = 10, but there are 10 neurons", bad_.spk_neuron = high);
}
END_TEST

START_TEST(bad_calls) {
    const double rate = 9000;
    lpl_source_config_t c = poisson(10, 1, NULL, &rate);
    c.label = 42;
    lpl_source_t *s = make(&c);
    uint32_t spikes[10];
    uint64_t t;
    size_t n = 77;
    double hz;
    FAILS(lpl_source_step(NULL, spikes, 10, &n), LPL_E_NULL, "s is NULL");
    FAILS(lpl_source_step(s, NULL, 10, &n), LPL_E_NULL, "spikes is NULL");
    FAILS(lpl_source_step(s, spikes, 10, NULL), LPL_E_NULL, "n_spk is NULL");
    FAILS(lpl_source_step(s, NULL, 0, &n), LPL_E_SIZE, "source 42: room = 0, but");
    FAILS(lpl_source_tell(NULL, &t), LPL_E_NULL, "s is NULL");
    FAILS(lpl_source_tell(s, NULL), LPL_E_NULL, "t is NULL");
    FAILS(lpl_source_seek(NULL, 0), LPL_E_NULL, "s is NULL");
    FAILS(lpl_source_rate(NULL, &hz, 0), LPL_E_NULL, "s is NULL");
    FAILS(lpl_source_rate(s, NULL, 0), LPL_E_NULL, "rate is NULL");
    OK(lpl_source_tell(s, &t));
    ck_assert(t == 0 && n == 77);
    lpl_source_destroy(s);
    lpl_source_destroy(NULL);
}
END_TEST

#if ALLOC_COUNTED
START_TEST(allocations) {
    const double rate = 900;
    const uint64_t step = 3;
    const uint32_t neuron = 1;
    lpl_source_config_t c[2] = {poisson(100, 1, NULL, &rate), poisson(100, 1, NULL, &rate)};
    c[1].kind = LPL_SOURCE_SPIKES, c[1].n_spikes = 1, c[1].spk_step = &step, c[1].spk_neuron = &neuron;
    for (int kind = 0; kind < 2 && alloc_works(); kind++) {
        lpl_source_t *s = NULL;
        alloc_start(1);
        const lpl_status_t status = lpl_source_create(&c[kind], &s);
        alloc_stop();
        ck_assert(status == LPL_E_MEMORY && s == NULL && alloc_state.live == 0 &&
                  strstr(lpl_last_error(), "no memory for "));
        s = make(&c[kind]);
        uint32_t spikes[100];
        size_t n, failed = 0;
        alloc_start(0);
        for (int k = 0; k < 5000; k++) failed += lpl_source_step(s, spikes, 100, &n) != LPL_OK;
        failed += lpl_source_seek(s, 3) != LPL_OK;
        failed += lpl_source_step(s, spikes, 100, &n) != LPL_OK;
        alloc_stop();
        ck_assert_uint_eq(failed + alloc_state.own + alloc_state.other, 0);
        lpl_source_destroy(s);
    }
}
END_TEST
#endif

int main(void) {
    testing_seed("test_source", 1);
    Suite *suite = suite_create("source");
    TCase *all = tcase_create("all");
    tcase_add_test(all, spikes_follow_the_definition);
    tcase_add_test(all, documentation);
    tcase_add_test(all, any_call_pattern);
    tcase_add_test(all, tail_of_the_binomial);
    tcase_add_test(all, every_neuron_at_its_rate);
    tcase_add_test(all, intervals_are_geometric);
    tcase_add_test(all, groups_are_independent);
    tcase_add_test(all, moving_rate_is_followed);
    tcase_add_test(all, extreme_rates);
    tcase_add_test(all, the_end);
    tcase_add_test(all, recorded_spikes);
    tcase_add_test(all, bad_configs);
    tcase_add_test(all, bad_spikes);
    tcase_add_test(all, bad_calls);
#if ALLOC_COUNTED
    tcase_add_test(all, allocations);
#endif
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
