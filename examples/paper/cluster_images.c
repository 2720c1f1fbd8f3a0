/* examples/paper/cluster_images.c - deep layer-local learning (theory 4) over ranks of MPI: VGG-11 in two ways.
 *
 * Data-parallel: each rank has its share of the chunks of a batch, layers reduce over the ranks (lpl/reduce.h), and the
 * reduction of a layer's gradient runs while the next layers compute. Pipeline: each rank has some layers, and batches
 * stream through them: nothing flows back, so no stage waits for the one behind it. Both give the bits of one rank. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lpl/mpi.h"
#include "worlds/cli.h"
#include "worlds/deepdata.h"
#include "worlds/figure.h"
#include "worlds/must.h"
#include "worlds/progress.h"
#include "worlds/room.h"
#include "worlds/statefile.h"
#include "worlds/table.h"
#include "worlds/vgg.h"

enum { SIDE = 32, ROOM_SHOWN = 2000, STRETCH = 5 /* steps with the one form, then with the other */, AGREE_EVERY = 50 };
enum { NOTE_STEP, NOTE_SEED, NOTE_CHUNKS, NOTE_CHUNK, NOTE_DIVIDE, NOTE_IMAGES, NOTES, NOTE_SET = NOTES, LINE_NOTES };
enum { SETS = 3 };

typedef struct {
    long steps, chunks, chunk, divide, seed, threads, every, patience;
    int resume, blocking, pipeline;
    const char *cifar, *saved, *folder;
} options_t;

typedef struct {
    options_t o;
    lpl_mpi_t m;
    images_t images;
    views_t views;
    lpl_stack_t *net;
    size_t batch, step, pixels;
    uint32_t *order;
    size_t epoch;
    double first_loss, last_loss;
    double waited[2], seconds[2]; /* of this rank, with the non-blocking form and without */
    size_t counted[2];
    struct { /* a pipeline's checkpoint on its way */
        MPI_Request request;
        int mine, any; /* a file could not be written: one of this rank's, one at all */
        size_t step;
        uint64_t set; /* the last one that was begun */
        lpl_status_t status;
        char why[1400];
    } saving;
} run_t;

/* ---- the end of all ranks, with one sentence ---- */

static void out_of_time(int signal_number) {
    static const char text[] = "cluster_images: time is up: a rank has ended, or a step takes longer than --patience\n";
    (void)signal_number;
    const ssize_t written = write(2, text, sizeof text - 1);
    (void)written;
    _exit(4);
}

/* status and its sentence of this rank; all ranks end if one has failed. */
static void all_well(run_t *r, lpl_status_t status, const char *text) {
    if (lpl_mpi_agree(&r->m, status, text) >= 0) return;
    if (r->m.rank == 0) fprintf(stderr, "cluster_images: %s\n", r->m.text);
    MPI_Finalize();
    exit(3);
}

/* ---- data: images of a folder, or rooms ---- */

static void draw_rooms(run_t *r) {
    room_t room = room_create(SIDE, (int)r->o.threads);
    const size_t plane = (size_t)SIDE * SIDE;
    float *x = must_alloc(3 * plane, sizeof *x);
    r->images = (images_t){.n = ROOM_SHOWN, .height = SIDE, .width = SIDE};
    r->images.pixels = must_alloc(3 * plane * ROOM_SHOWN, 1);
    for (size_t k = 0; k < ROOM_SHOWN; k++) {
        uint32_t bits;
        MUST(lpl_random_bits(&bits, 1, (uint64_t)r->o.seed, 77, k));
        const uint32_t index = bits % ROOM_IMAGES;
        room_draw(&room, x, &index, 1);
        for (size_t c = 0; c < 3; c++)
            for (size_t p = 0; p < plane; p++) {
                const double v = 255 * ((double)x[c * plane + p] * room.sd[c] + room.mean[c]);
                r->images.pixels[(k * 3 + c) * plane + p] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5);
            }
    }
    free(x), room_free(&room);
}

static void load(run_t *r) {
    char why[1400] = "";
    bool good = true;
    for (int k = 1; r->o.cifar && good && k <= 5; k++) {
        char file[40];
        snprintf(file, sizeof file, "data_batch_%d.bin", k);
        if (k == 1 || images_cifar_exists(r->o.cifar, file))
            good = images_cifar(&r->images, r->o.cifar, file, why, sizeof why);
    }
    all_well(r, good ? LPL_OK : LPL_E_IO, why);
    if (!r->o.cifar) draw_rooms(r);
    all_well(r, r->images.n >= r->batch ? LPL_OK : LPL_E_SIZE, "there are fewer images than one batch holds");
    r->views = views_cifar((uint64_t)r->o.seed);
    r->views.threads = (int)r->o.threads;
    r->order = must_alloc(r->images.n, sizeof *r->order);
    r->epoch = SIZE_MAX;
}

/* Rows first .. first + n - 1 of the batch of a step, both views. */
static void pairs(run_t *r, float *const x[2], size_t step, size_t first, size_t n) {
    const size_t each = r->images.n / r->batch, epoch = step / each;
    if (epoch != r->epoch) views_permutation(r->order, r->images.n, r->views.seed, r->epoch = epoch);
    const uint32_t *index = r->order + step % each * r->batch + first;
    for (int v = 0; v < 2 && n > 0; v++) views_make(&r->views, x[v], &r->images, index, n, epoch, v);
}

/* ---- the network, and its checkpoint ---- */

static lpl_layer_t *layer_of(lpl_stack_t *net, size_t k) {
    lpl_layer_t *l = NULL;
    MUST(lpl_stack_layer(net, k, &l));
    return l;
}

static void notes(const run_t *r, uint64_t note[NOTES]) {
    const options_t *o = &r->o;
    note[NOTE_STEP] = r->step, note[NOTE_SEED] = (uint64_t)o->seed, note[NOTE_CHUNKS] = (uint64_t)o->chunks;
    note[NOTE_CHUNK] = (uint64_t)o->chunk, note[NOTE_DIVIDE] = (uint64_t)o->divide, note[NOTE_IMAGES] = r->images.n;
}

static void checkpoint_path(const run_t *r, char path[1200]) {
    snprintf(path, 1200, "%s/cluster_images.lpl", r->o.saved);
}

/* The layers of all ranks are the same: rank 0's file is that of all. It takes the name in one step (lpl/file.h). */
static void save(run_t *r) {
    char path[1200], why[1400] = "";
    uint64_t note[NOTES];
    bool good = true;
    checkpoint_path(r, path), notes(r, note);
    if (r->m.rank == 0) good = statefile_save_stack(r->net, note, NOTES, path, why, sizeof why);
    all_well(r, good ? LPL_OK : LPL_E_IO, why);
}

static void take_up(run_t *r) {
    char path[1200], why[1400] = "";
    uint64_t note[NOTES] = {0}, mine[NOTES];
    lpl_stack_t *loaded = NULL;
    checkpoint_path(r, path);
    bool good = statefile_load_stack(&loaded, note, NOTES, path, 0, (int32_t)r->o.threads, why, sizeof why);
    r->step = (size_t)note[NOTE_STEP];
    notes(r, mine);
    if (good && memcmp(note, mine, sizeof mine) != 0) {
        snprintf(why, sizeof why, "%s is of a run with other seed, chunks, width or images", path);
        good = false;
    }
    all_well(r, good ? LPL_OK : LPL_E_FORMAT, why);
    for (size_t k = 0; k < VGG_LAYERS; k++) MUST(lpl_layer_copy(layer_of(r->net, k), layer_of(loaded, k), NULL));
    lpl_stack_destroy(loaded);
}

/* ---- the checkpoint of a pipeline ----
 * Each rank writes its layers when it has made the step, a file each, and goes on: nobody waits for those behind. The
 * file that says which set of files is the checkpoint comes last, from rank 0, when all have said that theirs are
 * there. Three sets take turns: who begins a set knows that the one before is written everywhere, for which rank 0 has
 * to have named the one before that; so the set that is named is none that anybody writes. */

static void line_path(const run_t *r, char path[1200]) {
    snprintf(path, 1200, "%s/cluster_images-line.lpl", r->o.saved);
}

static void layer_path(const run_t *r, char path[1200], size_t layer, uint64_t set) {
    snprintf(path, 1200, "%s/cluster_images-line-layer%zu-%d.lpl", r->o.saved, layer + 1, (int)(set % SETS));
}

static lpl_status_t put_notes(lpl_write_fn write, void *file, void *user) {
    const uint64_t *note = user;
    for (int k = 0; k < LINE_NOTES; k++)
        if (statefile_put_number(note[k], write, file) != 0) return LPL_E_IO;
    return LPL_OK;
}

static lpl_status_t get_notes(lpl_read_fn read, void *file, void *user) {
    uint64_t *note = user;
    for (int k = 0; k < LINE_NOTES; k++)
        if (statefile_get_number(&note[k], read, file) != 0) return LPL_E_FORMAT;
    return LPL_OK;
}

/* Is the checkpoint that was begun complete? Then rank 0 names it. */
static void look_line(run_t *r, bool wait) {
    char path[1200];
    uint64_t note[LINE_NOTES];
    int done = 0;
    if (r->saving.request == MPI_REQUEST_NULL) return;
    if (wait)
        lpl_mpi_wait(&r->saving.request);
    else if (MPI_Test(&r->saving.request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS || !done)
        return;
    r->saving.request = MPI_REQUEST_NULL;
    if (r->saving.any || r->m.rank != 0) return;
    notes(r, note);
    note[NOTE_STEP] = r->saving.step, note[NOTE_SET] = r->saving.set;
    line_path(r, path);
    if (!statefile_save(put_notes, note, path, r->saving.why, sizeof r->saving.why)) r->saving.status = LPL_E_IO;
}

/* After so many steps, of this rank's layers first .. first + n - 1. failed: there is nothing to be saved. */
static void save_line(run_t *r, size_t step, size_t first, size_t n, bool failed) {
    look_line(r, true);
    if (r->saving.any) all_well(r, r->saving.status, r->saving.why); /* of the one before; all know */
    r->saving.step = step, r->saving.set++;
    bool good = !failed;
    for (size_t k = first; k < first + n && good; k++) {
        char path[1200];
        layer_path(r, path, k, r->saving.set);
        good = statefile_save_layer(layer_of(r->net, k), path, r->saving.why, sizeof r->saving.why);
        if (!good) r->saving.status = LPL_E_IO;
    }
    r->saving.mine = !good;
    const int code =
        MPI_Iallreduce(&r->saving.mine, &r->saving.any, 1, MPI_INT, MPI_MAX, r->m.comm, &r->saving.request);
    if (code != MPI_SUCCESS) all_well(r, lpl_mpi_said(&r->m, code, "MPI_Iallreduce"), r->m.text);
}

/* Layers of a checkpoint, whoever has written them. A run that begins anew only learns which set is to be let alone. */
static void take_up_line(run_t *r, size_t first, size_t n) {
    char path[1200], why[1400] = "";
    uint64_t note[LINE_NOTES] = {0}, mine[NOTES];
    line_path(r, path);
    const bool found = statefile_load(get_notes, note, path, why, sizeof why);
    if (found || !r->o.resume) r->saving.set = note[NOTE_SET];
    if (!r->o.resume) return;
    bool good = found;
    r->step = (size_t)note[NOTE_STEP];
    notes(r, mine);
    if (good && memcmp(note, mine, sizeof mine) != 0) {
        snprintf(why, sizeof why, "%s is of a run with other seed, chunks, width or images", path);
        good = false;
    }
    for (size_t k = first; k < first + n && good; k++) {
        lpl_layer_t *loaded = NULL;
        double step = 0;
        layer_path(r, path, k, r->saving.set);
        good = statefile_load_layer(&loaded, path, 0, (int32_t)r->o.threads, why, sizeof why);
        if (!good) break;
        MUST(lpl_layer_get(loaded, LPL_PARAM_STEP, &step));
        if (step != (double)r->step) {
            snprintf(why, sizeof why, "%s is of step %.0f, the checkpoint of step %zu", path, step, r->step);
            good = false;
        } else if (lpl_layer_copy(layer_of(r->net, k), loaded, NULL) < 0) {
            snprintf(why, sizeof why, "%s: %s", path, lpl_last_error());
            good = false;
        }
        lpl_layer_destroy(loaded);
    }
    all_well(r, good ? LPL_OK : LPL_E_FORMAT, why);
}

/* FNV-1a of a layer's weights, moments and biases. */
static uint64_t hash_layer(const lpl_layer_t *l, uint64_t h) {
    static const int32_t states[] = {LPL_STATE_WEIGHTS, LPL_STATE_BIAS,   LPL_STATE_OPTIM_M,
                                     LPL_STATE_OPTIM_V, LPL_STATE_BIAS_M, LPL_STATE_BIAS_V};
    double post, fan_in;
    MUST(lpl_layer_get(l, LPL_PARAM_N_POST, &post));
    MUST(lpl_layer_get(l, LPL_PARAM_FAN_IN, &fan_in));
    float *p = must_alloc((size_t)(post * fan_in), sizeof *p);
    for (int k = 0; k < 6; k++) {
        const int wide = k == 0 || k == 2 || k == 3;
        const size_t n = (size_t)(wide ? post * fan_in : post);
        MUST(lpl_layer_read(l, p, n, states[k]));
        for (size_t q = 0; q < n * sizeof *p; q++) h = (h ^ ((const unsigned char *)p)[q]) * 1099511628211u;
    }
    free(p);
    return h;
}

/* ---- data-parallel ---- */

static void set_hook(run_t *r, int overlapped) {
    lpl_reduce_config_t cfg;
    MUST(lpl_reduce_config_init(&cfg, sizeof cfg));
    cfg.chunk = (uint64_t)r->o.chunk;
    all_well(r,
             lpl_stack_set_reduce(r->net, &cfg, lpl_mpi_reduce, overlapped ? lpl_mpi_reduce_start : NULL,
                                  overlapped ? lpl_mpi_reduce_finish : NULL, &r->m),
             NULL);
}

static void note_loss(run_t *r, double loss) {
    if (r->first_loss == 0) r->first_loss = loss;
    r->last_loss = loss;
}

static void learn_together(run_t *r, FILE *csv) {
    const options_t *o = &r->o;
    uint64_t first;
    const size_t rows = (size_t)lpl_mpi_split((uint64_t)o->chunks, r->m.ranks, r->m.rank, &first) * (size_t)o->chunk;
    float *x[2] = {must_alloc(rows * r->pixels + 1, sizeof(float)), must_alloc(rows * r->pixels + 1, sizeof(float))};
    lpl_report_t report[VGG_LAYERS];
    progress_t p;
    for (int k = 0; k < VGG_LAYERS; k++) MUST(lpl_report_init(&report[k], sizeof report[k]));
    if (r->m.rank == 0) progress_begin(&p, "together", (double)o->steps, "steps");
    for (int form = -1; r->step < (size_t)o->steps;) {
        const int now = o->blocking || r->step / STRETCH % 2 == 1;
        if (now != form) set_hook(r, !now), form = now;
        pairs(r, x, r->step, (size_t)first * (size_t)o->chunk, rows);
        const double waited = r->m.waited, begun = progress_clock();
        all_well(r, lpl_stack_update(r->net, report, x[0], r->pixels, x[1], r->pixels, rows), NULL);
        const double wait = r->m.waited - waited, took = progress_clock() - begun;
        r->waited[now] += wait, r->seconds[now] += took, r->counted[now]++;
        r->step++;
        if (csv)
            fprintf(csv, "%zu,%s,%.6f,%.6f,%.6f\n", r->step, now ? "blocking" : "overlapped", took, wait,
                    report[VGG_LAYERS - 1].total);
        note_loss(r, report[VGG_LAYERS - 1].total);
        if (r->m.rank == 0) progress_tick(&p, (double)r->step, NULL);
        if (o->saved && (r->step % (size_t)o->every == 0 || r->step == (size_t)o->steps)) save(r);
        alarm((unsigned)o->patience);
    }
    if (r->m.rank == 0) progress_end(&p);
    free(x[0]), free(x[1]);
}

/* ---- a pipeline ---- */

/* Responses of both views to the next rank, while the next batch is worked on: out is left alone until then. */
static void send(run_t *r, float *const out[2], size_t n, MPI_Request request[2]) {
    int code = MPI_SUCCESS;
    for (int v = 0; v < 2 && code == MPI_SUCCESS; v++)
        code = MPI_Isend(out[v], (int)n, MPI_FLOAT, r->m.rank + 1, v, r->m.comm, &request[v]);
    if (code != MPI_SUCCESS) all_well(r, lpl_mpi_said(&r->m, code, "MPI_Isend"), r->m.text);
}

static void wait_for(MPI_Request request[2]) {
    for (int v = 0; v < 2; v++)
        if (request[v] != MPI_REQUEST_NULL) lpl_mpi_wait(&request[v]);
}

static void receive(run_t *r, float *const in[2], size_t n) {
    MPI_Request request[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
    for (int v = 0; v < 2; v++) MPI_Irecv(in[v], (int)n, MPI_FLOAT, r->m.rank - 1, v, r->m.comm, &request[v]);
    const double begun = MPI_Wtime();
    wait_for(request);
    r->m.waited += MPI_Wtime() - begun;
}

static void still_well(run_t *r, lpl_status_t failed) {
    all_well(r, failed < 0 ? failed : r->saving.status, failed < 0 ? NULL : r->saving.why);
}

static void learn_in_line(run_t *r, const vgg_t *v, FILE *csv) {
    const options_t *o = &r->o;
    uint64_t first;
    const size_t n = (size_t)lpl_mpi_split(VGG_LAYERS, r->m.ranks, r->m.rank, &first), batch = r->batch;
    size_t longest = r->pixels;
    for (size_t k = 0; k < VGG_LAYERS; k++) longest = vgg_row(v, k) > longest ? vgg_row(v, k) : longest;
    float *in[2], *row[2][2];
    lpl_report_t report;
    lpl_status_t failed = LPL_OK;
    MPI_Request sent[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
    progress_t p;
    for (int q = 0; q < 2; q++) {
        in[q] = must_alloc(batch * longest, sizeof(float));
        for (int w = 0; w < 2; w++) row[w][q] = must_alloc(batch * longest, sizeof(float));
    }
    MUST(lpl_report_init(&report, sizeof report));
    if (o->saved) take_up_line(r, (size_t)first, n);
    if (r->m.rank == 0) progress_begin(&p, "in line", (double)o->steps, "steps");
    for (; r->step < (size_t)o->steps; r->step++) {
        const double waited = r->m.waited, begun = progress_clock();
        float *const *x = in;
        size_t length = first > 0 ? vgg_row(v, (size_t)first - 1) : r->pixels;
        if (r->m.rank == 0)
            pairs(r, in, r->step, 0, batch);
        else
            receive(r, in, batch * length);
        for (size_t k = (size_t)first; k < first + n; k++) {
            float *const *y = row[(k - first) % 2];
            lpl_layer_t *l = layer_of(r->net, k);
            const size_t out = vgg_row(v, k);
            if ((k - first) % 2 == (n - 1) % 2) wait_for(sent); /* the last batch may still lie in these rows */
            for (int q = 0; q < 2 && k + 1 < VGG_LAYERS && failed >= 0; q++)
                failed = lpl_forward(l, y[q], out, x[q], length, batch);
            if (failed >= 0) failed = lpl_update(l, &report, x[0], length, x[1], length, batch);
            x = y, length = out;
        }
        if (r->m.rank + 1 < r->m.ranks) send(r, x, batch * length, sent);
        if (csv)
            fprintf(csv, "%zu,pipeline,%.6f,%.6f,%.6f\n", r->step + 1, progress_clock() - begun, r->m.waited - waited,
                    report.total);
        note_loss(r, report.total);
        if (r->m.rank == 0) progress_tick(&p, (double)r->step, NULL);
        alarm((unsigned)o->patience);
        look_line(r, false);
        if (o->saved && ((r->step + 1) % (size_t)o->every == 0 || r->step + 1 == (size_t)o->steps))
            save_line(r, r->step + 1, (size_t)first, n, failed < 0);
        if (r->step % AGREE_EVERY == AGREE_EVERY - 1) still_well(r, failed);
    }
    wait_for(sent);
    look_line(r, true);
    if (r->m.rank == 0) progress_end(&p);
    still_well(r, failed); /* what a layer has refused it refuses on, unchanged */
    for (int q = 0; q < 2; q++) free(in[q]), free(row[0][q]), free(row[1][q]);
}

/* ---- results ---- */

/* One number for all layers, each from the rank that has it; *differ: ranks whose own is another. */
static uint64_t hash_all(run_t *r, double *differ) {
    uint64_t first = 0, h[VGG_LAYERS] = {0}, all = 14695981039346656037u, root;
    size_t n = VGG_LAYERS;
    if (r->o.pipeline) n = (size_t)lpl_mpi_split(VGG_LAYERS, r->m.ranks, r->m.rank, &first);
    for (size_t k = (size_t)first; k < first + n; k++) h[k] = hash_layer(layer_of(r->net, k), 14695981039346656037u);
    if (r->o.pipeline) lpl_mpi_reduce(h, VGG_LAYERS, LPL_REDUCE_INT64, LPL_REDUCE_SUM, &r->m);
    for (size_t k = 0; k < VGG_LAYERS; k++) all = (all ^ h[k]) * 1099511628211u;
    root = all;
    lpl_mpi_bcast(&r->m, &root, 1, MPI_UINT64_T, 0);
    double other = root != all;
    lpl_mpi_reduce(&other, 1, LPL_REDUCE_FLOAT64, LPL_REDUCE_MAX, &r->m);
    *differ = other;
    return all;
}

static FILE *open_timeline(run_t *r, figure_t *f) {
    if (r->m.rank != 0) return NULL;
    if (!figure_open(f, r->o.folder, "cluster_images", 640, 320, "Waiting for other ranks", "no figure of the article",
                     r->o.pipeline
                         ? "Seconds of each step, and of it those that rank 0 waits for others (the first in a "
                           "line waits for nobody but them that take its batches)."
                     : r->o.blocking
                         ? "Seconds of each step, and of it those that rank 0 spends in reductions, which block."
                         : "Seconds of each step, and of it those that rank 0 waits in reductions: five steps in which "
                           "they go on behind the next layers, five in which they block (6 to 10, 16 to 20, ...)."))
        return NULL;
    figure_csv(f, NULL);
    fprintf(f->csv, "step,form,seconds,waited,loss\n");
    return f->csv;
}

static void close_timeline(run_t *r, figure_t *f) {
    static const figure_panel_t panel = {
        .title = "", .x = {.label = "step", .unit = "1"}, .y = {.label = "time", .unit = "s"}, .legend = FIGURE_ABOVE};
    static const figure_mark_t mark[2] = {
        {.kind = FIGURE_LINE, .title = "whole step", .x = 1, .y = 3, .colour = FIGURE_GREY},
        {.kind = FIGURE_LINE, .title = "of it waiting", .x = 1, .y = 4, .colour = FIGURE_VERMILLION}};
    if (r->m.rank != 0) return;
    figure_panel(f, &panel);
    for (int k = 0; k < 2; k++) figure_mark(f, &mark[k]);
    figure_close(f);
}

static int report_all(run_t *r) {
    double differ = 0;
    const uint64_t h = hash_all(r, &differ);
    double loss[2] = {r->first_loss, r->last_loss};
    if (r->o.pipeline) lpl_mpi_bcast(&r->m, loss, 2, MPI_DOUBLE, r->m.ranks - 1);
    if (r->m.rank != 0) return differ > 0;
    printf("hash: %016llx  (%d ranks, step %zu)\n", (unsigned long long)h, r->m.ranks, r->step);
    for (int k = 0; k < 2; k++)
        if (r->counted[k] > 0)
            printf("%s reductions: %.4f s a step, of it waiting %.4f s (rank 0, %zu steps)\n",
                   k ? "blocking" : "overlapped", r->seconds[k] / (double)r->counted[k],
                   r->waited[k] / (double)r->counted[k], r->counted[k]);
    table_t t;
    table_begin(&t, "expected / got");
    t.source = "theory: sums of whole numbers know no order (docs/reduce.md)";
    table_near(&t, TABLE_MUST, 0, differ, 0, "ranks whose weights differ from rank 0's");
    t.source = "own: ten steps of this program";
    if (r->step >= 10)
        table_below(&t, TABLE_SHOULD, loss[0], loss[1], "loss of the last layer, last step below the first");
    return table_end(&t) > 0;
}

int main(int argc, char **argv) {
    run_t r = {.o = {.steps = 20,
                     .chunks = 8,
                     .chunk = 8,
                     .divide = 8,
                     .seed = 1,
                     .threads = 1,
                     .every = 10,
                     .patience = 600,
                     .folder = "lpl-out"},
               .saving.request = MPI_REQUEST_NULL};
    options_t *o = &r.o;
    const cli_option_t list[] = {
        {"steps", 0, CLI_INT, &o->steps, 1, 1e9, "N", "updates"},
        {"chunks", 0, CLI_INT, &o->chunks, 1, 65536, "N", "of a batch, dealt to the ranks"},
        {"chunk", 0, CLI_INT, &o->chunk, 1, 4096, "N", "pairs of views of a chunk; results depend on it"},
        {"divide", 0, CLI_INT, &o->divide, 1, 64, "N", "all widths by this; 1 is VGG-11 (64 .. 512 channels)"},
        {"seed", 0, CLI_INT, &o->seed, 0, 1e9, "N", "of weights, views and order"},
        {"threads", 0, CLI_INT, &o->threads, 1, 1024, "N", "of each rank; results do not depend on it"},
        {"cifar", 0, CLI_TEXT, &o->cifar, 0, 0, "FOLDER", "CIFAR-10 instead of drawn rooms"},
        {"pipeline", 0, CLI_FLAG, &o->pipeline, 0, 0, NULL, "layers over the ranks (1 to 8) instead of rows"},
        {"blocking", 0, CLI_FLAG, &o->blocking, 0, 0, NULL, "no overlap; otherwise every other five steps have none"},
        {"checkpoint", 0, CLI_TEXT, &o->saved, 0, 0, "FOLDER", "where checkpoints are kept"},
        {"every", 0, CLI_INT, &o->every, 1, 1e9, "N", "steps between checkpoints"},
        {"resume", 0, CLI_FLAG, &o->resume, 0, 0, NULL, "go on from the checkpoint, on any number of ranks"},
        {"patience", 0, CLI_INT, &o->patience, 1, 1e6, "S", "seconds that a step may take before all ends"},
    };
    const cli_t cli = {
        .program = "cluster_images",
        .summary =
            "Deep layer-local learning over ranks of MPI: rows or layers of VGG-11, the same bits on any number.",
        .equation = "  each block: z = mean over positions of pool(relu(W * x + b)); no gradient passes between blocks",
        .options = list,
        .n_options = sizeof list / sizeof list[0],
        .examples = "  mpirun -n 2 cluster_images                      rows over two ranks\n"
                    "  mpirun -n 4 cluster_images --pipeline           two layers a rank",
        .folder = &o->folder,
        .folder_help = "where the timeline goes",
    };
    signal(SIGALRM, out_of_time);
    alarm(120);
    if (MPI_Init(&argc, &argv) != MPI_SUCCESS) return 3;
    if (lpl_mpi_open(&r.m, MPI_COMM_WORLD) < 0) {
        fprintf(stderr, "cluster_images: %s\n", r.m.text);
        return 3;
    }
    int leave = 0;
    if (r.m.rank == 0) leave = cli_parse(&cli, argc, argv); /* who speaks */
    lpl_mpi_bcast(&r.m, &leave, 1, MPI_INT, 0);
    if (leave < 0 && r.m.rank != 0) leave = cli_parse(&cli, argc, argv);
    if (leave >= 0) {
        MPI_Finalize();
        return r.m.rank == 0 ? leave : 0;
    }
    alarm((unsigned)o->patience);
    r.batch = (size_t)o->chunks * (size_t)o->chunk;
    const char *why = o->pipeline && r.m.ranks > 8 ? "--pipeline: 8 layers, so 8 ranks at most"
                      : o->resume && !o->saved     ? "--resume from where? (--checkpoint FOLDER)"
                      : r.batch < 2                ? "a batch has 2 pairs or more (--chunk, --chunks)"
                                                   : NULL;
    all_well(&r, why ? LPL_E_ARG : LPL_OK, why);
    load(&r);
    vgg_t v = vgg_defaults(SIDE, r.batch);
    v.divide = (size_t)o->divide, v.seed = (uint64_t)o->seed, v.threads = (int)o->threads, v.share = 0;
    r.net = vgg_create(&v);
    r.pixels = 3 * (size_t)SIDE * SIDE;
    if (o->saved && r.m.rank == 0 && !figure_folder(o->saved)) why = "the folder of checkpoints cannot be made";
    all_well(&r, why ? LPL_E_IO : LPL_OK, why);
    if (o->resume && !o->pipeline) take_up(&r);
    figure_t f;
    FILE *csv = open_timeline(&r, &f);
    all_well(&r, r.m.rank == 0 && !csv ? LPL_E_IO : LPL_OK, "the timeline cannot be written");
    if (o->pipeline)
        learn_in_line(&r, &v, csv);
    else
        learn_together(&r, csv);
    close_timeline(&r, &f);
    const int failed = report_all(&r);
    lpl_stack_destroy(r.net), images_free(&r.images), free(r.order);
    lpl_mpi_close(&r.m);
    MPI_Finalize();
    return failed;
}
