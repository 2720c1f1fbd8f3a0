/* examples/paper/digits.c - a neuron watches handwritten digits: Supplementary Fig. S2 (theory 3.5), on the MNIST
 * files. */
#include <math.h>
#include <string.h>

#include "worlds/cli.h"
#include "worlds/digitworld.h"
#include "worlds/figure.h"
#include "worlds/idx.h"
#include "worlds/must.h"
#include "worlds/progress.h"
#include "worlds/table.h"

#define MAX_REPS 100
#define STARTS 100 /* neurons that have not learned: single ones differ by 0.08 in selectivity for the place */

static const char *const rule_names[DIGIT_RULES] = {"LPL", "pred. off", "Oja"};
static const char *const slow_names[DIGIT_SEQUENCES] = {"place stays", "digit stays"};

/* What the notebook's figure shows: [rule][what is slow]; digit selectivities that it shows as 0.00 to 0.01 are 0
 * here. */
static const double paper_place[DIGIT_RULES][DIGIT_SEQUENCES] = {{.515, .014}, {.468, .468}, {.471, .470}};
static const double paper_digit[DIGIT_RULES][DIGIT_SEQUENCES] = {{0, .425}, {0, 0}, {0, 0}};

typedef struct mean_t {
    double mean, sem;
} mean_t;

typedef struct results_t {
    digit_result_t runs[MAX_REPS][DIGIT_SEQUENCES][DIGIT_RULES];
    digit_result_t untrained[MAX_REPS][DIGIT_SEQUENCES];
    mean_t start_place, start_digit; /* over STARTS neurons */
    firstupdate_t first;
    size_t reps;
} results_t;

static mean_t average(const results_t *r, int rule, int slow, int want_digit) {
    mean_t m = {0.0, 0.0};
    double squares = 0.0, n = (double)r->reps;
    for (size_t k = 0; k < r->reps; k++) {
        const digit_result_t *run = rule < DIGIT_RULES ? &r->runs[k][slow][rule] : &r->untrained[k][slow];
        const double v = want_digit ? run->digit : run->place;
        m.mean += v / n;
        squares += v * v;
    }
    if (r->reps > 1) m.sem = sqrt(fmax(0.0, (squares / n - m.mean * m.mean) / (n - 1.0)));
    return m;
}

/* Bars: one per rule and kind of sequence, and the untrained neuron; the paper's values as diamonds. */
static bool draw_bars(const char *folder, const results_t *r) {
    figure_t f;
    if (!figure_open(&f, folder, "digits_selectivity", 1250, 560, "What is slow is learned: the place or the digit",
                     "Supplementary Fig. S2",
                     "Selectivity of a neuron that watched sequences of handwritten digits, for the place of a digit "
                     "(left) and for the digit (right). "
                     "What stays the same during a sequence is what LPL becomes selective for; without prediction, and "
                     "under Oja's rule, it is the place either way. "
                     "Bars: means and two standard errors over the runs; diamonds: the article."))
        return false;
    static const char *const names[] = {"LPL", "pred. off", "Oja", "untrained"};
    static const char *const paper[] = {NULL, NULL, "paper"};
    static const char *const kind[] = {"place stays", "digit stays", NULL};
    static const char *const parts[] = {"place", "digit", "untrained"};
    static const int colour[] = {FIGURE_SKY, FIGURE_ORANGE, FIGURE_GREY};
    static const double middle[] = {0.5, 3.5, 6.5, 9};
    for (int part = 0; part < 3; part++) {
        figure_csv(&f, parts[part]);
        figure_data(&f, "bar,rule,place,place_2sem,place_paper,digit,digit_2sem,digit_paper\n");
        for (int rule = part < 2 ? 0 : DIGIT_RULES; rule < (part < 2 ? DIGIT_RULES : DIGIT_RULES + 1); rule++) {
            const int slow = part % 2;
            const mean_t place = average(r, rule, slow, 0), digit = average(r, rule, slow, 1);
            figure_data(&f, "%d,%s,%.4f,%.4f,%.3f,%.4f,%.4f,%.3f\n", rule * 3 + slow,
                        rule < DIGIT_RULES ? rule_names[rule] : "untrained", place.mean, 2 * place.sem,
                        rule < DIGIT_RULES ? paper_place[rule][slow] : 0.12, digit.mean, 2 * digit.sem,
                        rule < DIGIT_RULES ? paper_digit[rule][slow] : 0.04);
        }
    }
    figure_grid(&f, 1, 2, NULL);
    for (int want_digit = 0; want_digit < 2; want_digit++) {
        const int c = want_digit ? 6 : 3;
        const char *const title = want_digit ? "Selectivity for the digit" : "Selectivity for the place";
        figure_panel(&f, &(figure_panel_t){.title = title,
                                           .x = {.low = -0.8, .high = 9.8, .names = names, .at = middle, .n_names = 4},
                                           .y = {"selectivity", "1", 0, 0.7},
                                           .legend = FIGURE_TOP_RIGHT});
        for (int part = 0; part < 3; part++) {
            figure_mark(&f, &(figure_mark_t){FIGURE_BARS, kind[part], parts[part], .x = 1, .y = c, .size = 0.9,
                                             .colour = colour[part]});
            figure_mark(&f,
                        &(figure_mark_t){FIGURE_POINTS, .part = parts[part], .x = 1, .y = c, .e = c + 1, .size = 1});
            figure_mark(&f, &(figure_mark_t){FIGURE_POINTS, paper[part], parts[part], .x = 1, .y = c + 2, .hollow = 2,
                                             .size = 8});
        }
    }
    return figure_close(&f);
}

/* The weights of the first run as images. */
static bool draw_weights(const char *folder, const results_t *r) {
    static const char *const parts[6] = {"lpl-place", "pred_off-place", "oja-place",
                                         "lpl-digit", "pred_off-digit", "oja-digit"};
    figure_t f;
    if (!figure_open(
            &f, folder, "digits_weights", 1080, 790, "What the weights have become", "Supplementary Fig. S2",
            "The weights of the first run as images: above sequences in which the place stays, below those in "
            "which the digit stays. Blue is negative, orange positive; each image is divided by its largest weight, "
            "so that all have one scale."))
        return false;
    figure_grid(&f, 2, 3, &(figure_space_t){.left = 20, .right = 100, .bottom = 16, .dx = 16, .dy = 50});
    for (int k = 0; k < 6; k++) {
        const int slow = k / 3, rule = k % 3;
        const float *w = r->runs[0][slow][rule].w;
        double largest = 1e-30;
        char title[100];
        for (int p = 0; p < CANVAS; p++) largest = fmax(largest, fabs((double)w[p]));
        figure_csv(&f, parts[k]);
        for (int p = 0; p < CANVAS; p++)
            figure_data(&f, "%.4g%c", (double)w[p] / largest, p % CANVAS_SIDE == CANVAS_SIDE - 1 ? '\n' : ',');
        snprintf(title, sizeof title, "%s, %s", rule_names[rule], slow_names[slow]);
        const char *const bar = rule == 2 ? "weight / largest" : NULL; /* beside each row */
        figure_panel(&f, &(figure_panel_t){.title = title,
                                           .x = {.low = -0.5, .high = CANVAS_SIDE - 0.5},
                                           .y = {.low = -0.5, .high = CANVAS_SIDE - 0.5, .down = true},
                                           .square = true,
                                           .low = -1,
                                           .high = 1,
                                           .scale = bar});
        figure_mark(&f, &(figure_mark_t){FIGURE_MATRIX, .part = parts[k]});
    }
    return figure_close(&f);
}

static void compare(table_t *t, const results_t *r) {
    t->source = "article: figure of its notebook, ten runs";
    for (int rule = 0; rule < DIGIT_RULES; rule++)
        for (int slow = 0; slow < DIGIT_SEQUENCES; slow++) {
            table_near(t, TABLE_MUST, paper_place[rule][slow], average(r, rule, slow, 0).mean, 0.03,
                       "%s, %s: place selectivity", rule_names[rule], slow_names[slow]);
            table_near(t, TABLE_MUST, paper_digit[rule][slow], average(r, rule, slow, 1).mean, 0.03,
                       "%s, %s: digit selectivity", rule_names[rule], slow_names[slow]);
        }
    t->source = "article: figure of its notebook, +- .025, +- .007";
    table_near(t, TABLE_MUST, 0.12, r->start_place.mean, 3 * hypot(0.025, r->start_place.sem),
               "untrained: place selectivity");
    table_near(t, TABLE_MUST, 0.04, r->start_digit.mean, 3 * hypot(0.007, r->start_digit.sem),
               "untrained: digit selectivity");
}

/* The mean over runs. */
static void compare_balance(table_t *t, const results_t *r) {
    t->source = "theory: at rest, 1";
    for (int rule = 0; rule < DIGIT_OJA; rule++)
        for (int slow = 0; slow < DIGIT_SEQUENCES; slow++) {
            double sum = 0.0;
            for (size_t k = 0; k < r->reps; k++) sum += r->runs[k][slow][rule].balance / (double)r->reps;
            table_near(t, TABLE_MUST, 1, sum, 0.15, "%s, %s: balance", rule_names[rule], slow_names[slow]);
        }
}

/* Neurons that have not learned, on the exemplars of the first run. */
static void untrained(results_t *r, const digits_t *digits, uint64_t seed) {
    static digit_result_t start[STARTS];
    double sum[2] = {0.0, 0.0}, squares[2] = {0.0, 0.0};
    for (uint64_t k = 0; k < STARTS && !progress_stop(); k++) {
        digits_untrained(&start[k], digits, seed, k);
        sum[0] += start[k].place, sum[1] += start[k].digit;
        squares[0] += start[k].place * start[k].place, squares[1] += start[k].digit * start[k].digit;
    }
    mean_t *const out[2] = {&r->start_place, &r->start_digit};
    for (int q = 0; q < 2; q++) {
        out[q]->mean = sum[q] / STARTS;
        out[q]->sem = sqrt((squares[q] / STARTS - out[q]->mean * out[q]->mean) / (STARTS - 1.0));
    }
}

typedef struct tick_t {
    progress_t progress;
    double done;
} tick_t;

static void tick(void *user, size_t steps) {
    tick_t *t = user;
#pragma omp critical
    {
        t->done += (double)steps;
        progress_tick(&t->progress, t->done, NULL);
    }
}

int main(int argc, char **argv) {
    static results_t results;
    const char *data = NULL, *folder = "lpl-out", *stem = "train";
    long reps = 10, steps = 1000, seed = 1, threads = 1, first = 5, second = 6, per_class = 1000;
    const cli_option_t options[] = {
        {"reps", 0, CLI_INT, &reps, 1, MAX_REPS, "N", "runs, each with its own exemplars and start"},
        {"steps", 0, CLI_INT, &steps, 1, 1e7, "N", "steps of 200 sequences"},
        {"seed", 0, CLI_INT, &seed, 0, 2147483647, "N", "seed of all random numbers"},
        {"threads", 0, CLI_INT, &threads, 1, 1024, "N", "runs side by side; the results do not depend on it"},
        {"first", 0, CLI_INT, &first, 0, 9, "DIGIT", "one digit"},
        {"second", 0, CLI_INT, &second, 0, 9, "DIGIT", "the other digit"},
        {"exemplars", 0, CLI_INT, &per_class, 2, 100000, "N", "images of each digit"},
        {"set", 0, CLI_TEXT, &stem, 0, 0, "NAME", "train or t10k: first part of the files' names"}};
    const cli_t cli = {
        "digits",
        "a neuron learns whatever is slow in a sequence of digits: the place or the digit (Fig. S2)",
        "  y = w x,  x: a 5 or a 6 in one of two corners of a 56 x 56 canvas;  200 sequences at once\n"
        "  dw = eta { -2 <(y' - y) x'>  +  2 <(y' - <y'>) x'> / var(y')  -  0.15 w }                (theory 1.5, 3.5)\n"
        "  selectivity = |mean y of A - mean y of B| / (max y - min y)",
        options,
        sizeof options / sizeof options[0],
        "FOLDER",
        "with train-images-idx3-ubyte and train-labels-idx1-ubyte (or .gz)",
        &data,
        NULL,
        &folder,
        NULL};
    char refused[1200];
    idx_t images, labels;
    tick_t progress = {.done = 0.0};
    table_t t;
    bool drawn, enough = true;
    double seconds;
    int status = cli_parse(&cli, argc, argv);
    const int digit[2] = {(int)first, (int)second};
    if (status >= 0) return status;
    if (data == NULL) {
        fprintf(stderr, "digits: needs the folder of the MNIST files (train-images-idx3-ubyte.gz and so on), e.g. "
                        "digits ~/mnist\n");
        return 2;
    }
    if (first == second) {
        fprintf(stderr, "digits: --first and --second are both %ld, need two different digits\n", first);
        return 2;
    }
    if (!figure_folder(folder)) return 3;
    if (!idx_read_pair(&images, &labels, data, stem, refused, sizeof refused)) {
        fprintf(stderr, "digits: %s\n", refused);
        return 2;
    }
    if (images.rows != DIGIT_SIDE || images.cols != DIGIT_SIDE) {
        fprintf(stderr, "digits: the images are %zu x %zu, need %d x %d\n", images.rows, images.cols, DIGIT_SIDE,
                DIGIT_SIDE);
        return 2;
    }
    progress_catch_interrupt();
    results.reps = (size_t)reps;
    progress_begin(&progress.progress, "digits", (double)(2 * reps * steps), "steps");
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)threads)
    for (long job = 0; job < 2 * reps; job++) {
        const long rep = job / 2;
        const int slow = (int)(job % 2);
        digits_t digits;
        if (progress_stop()) continue;
        if (!digits_choose(&digits, &images, &labels, digit, (size_t)per_class, (uint64_t)seed, (uint64_t)rep)) {
#pragma omp atomic write
            enough = false;
            continue;
        }
        digits_run(results.runs[rep][slow], &results.untrained[rep][slow], &digits, slow, (size_t)steps, (uint64_t)seed,
                   (uint64_t)rep, tick, &progress);
        if (job == 0) {
            untrained(&results, &digits, (uint64_t)seed);
            results.first = digits_first(&digits, slow, (uint64_t)seed, 0);
        }
        digits_free(&digits);
    }
    seconds = progress_end(&progress.progress);
    free(images.data);
    free(labels.data);
    if (!enough) {
        fprintf(stderr, "digits: %s has not %ld images of each of the digits %ld and %ld\n", data, per_class, first,
                second);
        return 2;
    }
    if (progress_stop()) {
        fprintf(stderr, "interrupted\n");
        return 130;
    }
    fprintf(stderr, "time: %ld runs of %ld steps, three rules each, %ld thread%s: %.1f s\n", 2 * reps, steps, threads,
            threads > 1 ? "s" : "", seconds);
    drawn = draw_bars(folder, &results);
    drawn = draw_weights(folder, &results) && drawn;
    printf("digits %ld and %ld of MNIST, %ld images each, %ld runs of %ld steps\n", first, second, per_class, reps,
           steps);
    static const char *const why = "published are fives and sixes after 1000 steps";
    table_begin(&t, "digits: selectivity of one neuron, mean of all runs (theory 3.5)");
    if (first == 5 && second == 6 && steps == 1000)
        compare(&t, &results), compare_balance(&t, &results);
    else
        for (int rule = 0; rule < DIGIT_RULES; rule++)
            for (int slow = 0; slow < DIGIT_SEQUENCES; slow++) {
                table_not_comparable(&t, why, average(&results, rule, slow, 0).mean, "%s, %s: place selectivity",
                                     rule_names[rule], slow_names[slow]);
                table_not_comparable(&t, why, average(&results, rule, slow, 1).mean, "%s, %s: digit selectivity",
                                     rule_names[rule], slow_names[slow]);
            }
    firstupdate_judge(&t, &results.first, -1, rule_names[DIGIT_LPL]);
    return table_end(&t) > 0 || !drawn ? 1 : 0;
}
