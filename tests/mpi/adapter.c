/* tests/mpi/adapter.c - lpl/mpi.h by itself, on any number of ranks: adapter FOLDER. What each rank has is made from
 * its number, so that every rank can say what all must have got. die RANK: a rank is killed in a checkpoint; died: what
 * is left of that. Prints "N passed, N failed" (rank 0). */
#include <lpl.h>
#include <lpl/mpi.h>
#include <signal.h>

static lpl_mpi_t m;
static int passed, failed;

/* True on all ranks, or the check has failed; which ranks is said by each. */
static void check(int good, const char *what) {
    int all;
    if (!good) fprintf(stderr, "FAIL rank %d of %d: %s (%s)\n", m.rank, m.ranks, what, m.text);
    lpl_mpi_allreduce(&m, &good, &all, 1, MPI_INT, MPI_MIN);
    if (all)
        passed++;
    else
        failed++;
}

static void agrees(void) {
    char want[64];
    const int last = m.ranks - 1;
    snprintf(want, sizeof want, "rank %d: row 7 of this rank", last);
    check(lpl_mpi_agree(&m, LPL_OK, NULL) == LPL_OK, "all well");
    check(lpl_mpi_agree(&m, m.rank == last ? LPL_LOOK : LPL_OK, NULL) == LPL_LOOK, "LPL_LOOK of one");
    check(lpl_mpi_agree(&m,
                        m.rank == last ? LPL_E_ARG
                        : m.rank == 0  ? LPL_LOOK
                                       : LPL_OK,
                        "row 7 of this rank") == LPL_E_ARG &&
              strcmp(m.text, want) == 0,
          "an error of the last rank, in its words");
    check(lpl_mpi_agree(&m, m.rank == 0 ? LPL_E_ARG : LPL_E_MEMORY, "x") == (m.ranks > 1 ? LPL_E_MEMORY : LPL_E_ARG) &&
              strcmp(m.text, m.ranks > 1 ? "rank 1: x" : "rank 0: x") == 0,
          "the worst of several, of the first rank that has it");
    check(lpl_lif_create(NULL, NULL) == LPL_E_NULL, "a call that fails");
    check(lpl_mpi_agree(&m, LPL_E_NULL, NULL) == LPL_E_NULL && strstr(m.text, "lpl_lif_create") != NULL,
          "the library's own sentence");
}

static void splits(void) {
    static const uint64_t sizes[] = {0, 1, 2, 3, 7, 1000, 4294967291u, 4294967296u};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        int good = 1;
        for (int ranks = 1; ranks < 70; ranks++) {
            uint64_t at = 0, low = UINT64_MAX, high = 0;
            for (int r = 0; r < ranks; r++) {
                uint64_t first;
                const uint64_t n = lpl_mpi_split(sizes[k], ranks, r, &first);
                good = good && first == at;
                at += n, low = n < low ? n : low, high = n > high ? n : high;
            }
            good = good && at == sizes[k] && high - low <= 1;
        }
        check(good, "shares lie side by side, cover all and differ by one at most");
    }
}

/* Spikes: neuron i of group g fires in step k of exchange e if a hash says so. */
enum { GROUPS = 2, STEPS = 8, MOST = 900 };
static const uint64_t sizes[GROUPS] = {MOST, 203};

static int fires(uint64_t e, uint64_t g, uint64_t k, uint64_t i) {
    const uint64_t share[6] = {0, 1, 40, 900, 1000, 3}; /* of 1000 */
    uint64_t h = e * 1000003 + g * 10007 + k * 101 + i * 7919;
    h = (h ^ h >> 29) * 0xBF58476D1CE4E5B9u;
    return (h ^ h >> 32) % 1000 < share[e % 6];
}

static void exchanges(void) {
    static uint64_t ptr[GROUPS][STEPS + 1];
    static uint32_t neuron[GROUPS][STEPS * MOST];
    lpl_mpi_spikes_t own[GROUPS], all[GROUPS];
    for (uint64_t e = 0; e < 900; e++) {
        const size_t steps = e % 7 == 0 ? 3 : STEPS;
        int good = 1;
        if (e > 60 && e % 6 > 2 && e % 6 < 5) continue; /* few bursts, so that blocks become smaller again */
        for (size_t g = 0; g < GROUPS; g++) {
            uint64_t first, at = 0;
            const uint64_t n = lpl_mpi_split(sizes[g], m.ranks, m.rank, &first);
            for (size_t k = 0; k < steps; k++) {
                ptr[g][k] = at;
                for (uint64_t i = 0; i < n; i++)
                    if (fires(e, g, k, first + i)) neuron[g][at++] = (uint32_t)i;
            }
            ptr[g][steps] = at;
            own[g].ptr = ptr[g], own[g].neuron = neuron[g], own[g].first = first;
        }
        if (lpl_mpi_spikes(&m, all, m.rank == 0 ? LPL_OK : LPL_LOOK, steps, GROUPS, own) !=
            (m.ranks > 1 ? LPL_LOOK : LPL_OK))
            good = 0;
        for (size_t g = 0; g < GROUPS && good; g++) {
            uint64_t at = 0;
            for (size_t k = 0; k < steps; k++) {
                good = good && all[g].ptr[k] == at;
                for (uint64_t i = 0; i < sizes[g] && good; i++)
                    if (fires(e, g, k, i)) good = all[g].neuron[at++] == i;
            }
            good = good && all[g].ptr[steps] == at;
        }
        check(good, "all know who fired");
    }
    check(m.resent > 0 && m.room < 4 * MOST, "blocks have grown, and become smaller again");
    const size_t have = m.block_have + m.blocks_have + m.neuron_have + m.ptr_have;
    for (uint64_t e = 4; e < 10000; e += 900) lpl_mpi_spikes(&m, all, LPL_OK, 3, GROUPS, own);
    check(m.block_have + m.blocks_have + m.neuron_have + m.ptr_have == have, "memory stays");
    check(lpl_mpi_spikes(&m, all, m.rank == m.ranks - 1 ? LPL_E_NONFINITE : LPL_OK, STEPS, GROUPS, own) ==
                  LPL_E_NONFINITE &&
              strncmp(m.text, "rank ", 5) == 0 && m.text[5] == '0' + m.ranks - 1,
          "an error of one ends the exchange for all");
}

/* Sums and maxima, at once and on their way. */
static void sums(void) {
    enum { N = 1000, LAYERS = 70 }; /* more on their way than there is room for */
    static int64_t whole[LAYERS][N];
    static double real[N];
    static float single[N];
    void *request[LAYERS];
    int good = 1;
    for (int64_t l = 0; l < LAYERS; l++) {
        for (int64_t k = 0; k < N; k++) whole[l][k] = (k + l) * (m.rank + 1) * (k % 2 ? -1 : 1) * 1000000007;
        request[l] = NULL;
        good = good && lpl_mpi_reduce_start(whole[l], N, LPL_REDUCE_INT64, LPL_REDUCE_SUM, &request[l], &m) == 0;
    }
    for (int k = 0; k < N; k++) real[k] = m.rank == k % m.ranks ? k : -k, single[k] = (float)(k * (m.rank + 1));
    good = good && lpl_mpi_reduce(real, N, LPL_REDUCE_FLOAT64, LPL_REDUCE_MAX, &m) == 0;
    good = good && lpl_mpi_reduce(single, N, LPL_REDUCE_FLOAT32, LPL_REDUCE_SUM, &m) == 0;
    for (int l = 0; l < LAYERS; l++) good = good && lpl_mpi_reduce_finish(request[l], &m) == 0;
    const int64_t each = (int64_t)m.ranks * (m.ranks + 1) / 2;
    for (int64_t l = 0; l < LAYERS; l++)
        for (int64_t k = 0; k < N; k++) good = good && whole[l][k] == (k + l) * each * (k % 2 ? -1 : 1) * 1000000007;
    for (int k = 0; k < N; k++) good = good && real[k] == k && single[k] == (float)(k * each);
    check(good, "sums and maxima, seventy of them at a time");
}

/* Three layers that learn on the rows of all ranks, by the three functions: a hash of all weights, which check_mpi.sh
 * compares over numbers of ranks. */
static void learns(void) {
    enum { LAYERS = 3, IN = 20, CHUNK = 32, CHUNKS = 7, STEPS_OF = 6, MOST_ROWS = CHUNK * CHUNKS };
    static const uint64_t width[LAYERS + 1] = {IN, 16, 12, 5};
    static float x[2][MOST_ROWS * IN], w[IN * 16];
    lpl_layer_config_t cfg[LAYERS];
    const lpl_layer_config_t *list[LAYERS];
    lpl_report_t report[LAYERS];
    lpl_reduce_config_t reduce;
    lpl_stack_t *stack = NULL;
    uint64_t first, hash = 14695981039346656037u;
    const size_t rows = (size_t)lpl_mpi_split(CHUNKS, m.ranks, m.rank, &first) * CHUNK;
    int good = lpl_reduce_config_init(&reduce, sizeof reduce) == LPL_OK;
    reduce.chunk = CHUNK;
    for (int k = 0; k < LAYERS; k++) {
        good = good && lpl_layer_config_init(&cfg[k], sizeof cfg[k]) == LPL_OK;
        cfg[k].n_pre = width[k], cfg[k].n_post = width[k + 1], cfg[k].batch_max = MOST_ROWS;
        cfg[k].activation = LPL_ACT_TANH, cfg[k].decorr = 1, cfg[k].seed = 1, cfg[k].stream = (uint64_t)k;
        list[k] = &cfg[k];
        good = good && lpl_report_init(&report[k], sizeof report[k]) == LPL_OK;
    }
    good =
        good && lpl_stack_create(list, LAYERS, &stack) == LPL_OK &&
        lpl_stack_set_reduce(stack, &reduce, lpl_mpi_reduce, lpl_mpi_reduce_start, lpl_mpi_reduce_finish, &m) == LPL_OK;
    check(good, "layers with hooks");
    for (uint64_t step = 0; step < STEPS_OF && good; step++) {
        for (int v = 0; v < 2; v++) /* the whole batch, of which this rank takes its rows */
            good = good && lpl_random_normal(x[v], MOST_ROWS * IN, 9, (uint64_t)v, step * MOST_ROWS * IN) == LPL_OK;
        good = good &&
               lpl_stack_update(stack, report, x[0] + first * CHUNK * IN, IN, x[1] + first * CHUNK * IN, IN, rows) >= 0;
    }
    for (size_t k = 0; k < LAYERS && good; k++) {
        lpl_layer_t *layer;
        const size_t n = (size_t)(width[k] * width[k + 1]);
        good = lpl_stack_layer(stack, k, &layer) == LPL_OK && lpl_layer_read(layer, w, n, LPL_STATE_WEIGHTS) == LPL_OK;
        for (size_t i = 0; i < n * sizeof *w; i++) hash = (hash ^ ((unsigned char *)w)[i]) * 1099511628211u;
    }
    check(good, "layers learn");
    if (m.rank == 0) printf("layers: %016llx\n", (unsigned long long)hash);
    check(lpl_stack_update(stack, report, x[0], IN, x[1], IN, m.rank == 0 ? CHUNK + 1 : CHUNK) < 0,
          "a batch of one rank that is refused ends the step on all");
    lpl_stack_destroy(stack);
}

/* A tracker of the rows of all ranks: a hash of its means and covariances, likewise. */
static void tracks(void) {
    enum { UNITS = 12, CHUNK = 8, CHUNKS = 9, STEPS_OF = 4, MOST_ROWS = CHUNK * CHUNKS };
    static float z[MOST_ROWS * UNITS];
    double seen[UNITS + UNITS * UNITS] = {0};
    lpl_stats_config_t cfg;
    lpl_reduce_config_t reduce;
    lpl_stats_t *stats = NULL;
    uint64_t first, hash = 14695981039346656037u;
    const size_t rows = (size_t)lpl_mpi_split(CHUNKS, m.ranks, m.rank, &first) * CHUNK;
    int good =
        lpl_reduce_config_init(&reduce, sizeof reduce) == LPL_OK && lpl_stats_config_init(&cfg, sizeof cfg) == LPL_OK;
    reduce.chunk = CHUNK;
    cfg.n_units = UNITS, cfg.batch_max = MOST_ROWS, cfg.mode = LPL_STATS_EWMA, cfg.covariance = 1;
    good =
        good && lpl_stats_create(&cfg, &stats) == LPL_OK &&
        lpl_stats_set_reduce(stats, &reduce, lpl_mpi_reduce, lpl_mpi_reduce_start, lpl_mpi_reduce_finish, &m) == LPL_OK;
    for (uint64_t step = 0; step < STEPS_OF && good; step++)
        good = lpl_random_normal(z, MOST_ROWS * UNITS, 9, 7, step * MOST_ROWS * UNITS) == LPL_OK &&
               lpl_stats_update(stats, z + first * CHUNK * UNITS, UNITS, rows) == LPL_OK;
    good = good && lpl_stats_read(stats, seen, UNITS, LPL_STATS_MEAN) == LPL_OK &&
           lpl_stats_read(stats, seen + UNITS, UNITS * UNITS, LPL_STATS_COVARIANCE) == LPL_OK;
    for (size_t i = 0; i < sizeof seen; i++) hash = (hash ^ ((unsigned char *)seen)[i]) * 1099511628211u;
    check(good && seen[0] != 0 && seen[UNITS] > 0, "a tracker tracks");
    if (m.rank == 0) printf("tracker: %016llx\n", (unsigned long long)hash);
    check(lpl_stats_update(stats, z, UNITS, m.rank == 0 ? CHUNK + 1 : CHUNK) < 0,
          "rows of one rank that are refused are taken in by none");
    lpl_stats_destroy(stats);
}

/* ---- checkpoints ---- */

static int fail_on = -1, die_on = -1;

static lpl_status_t put(lpl_write_fn write, void *file, void *user) {
    if (write(user, sizeof(uint64_t), file) != 0) return LPL_E_IO;
    if (die_on == m.rank) raise(SIGKILL);
    if (fail_on == m.rank) return lpl_lif_create(NULL, NULL);
    return LPL_OK;
}

static lpl_status_t get(lpl_read_fn read, void *file, void *user) {
    return read(user, sizeof(uint64_t), file) == 0 ? LPL_OK : LPL_E_FORMAT;
}

static int there(const char *folder, uint64_t generation, uint64_t part) {
    char path[LPL_MPI_PATH];
    lpl_mpi_part(path, folder, generation, part);
    return access(path, F_OK) == 0;
}

static void checkpoints(const char *folder) {
    char path[LPL_MPI_PATH];
    uint64_t mine, note[LPL_MPI_NOTES + 1], got;
    lpl_mpi_saved_t saved;
    FILE *f;
    for (size_t k = 0; k < LPL_MPI_NOTES + 1; k++) note[k] = k == 0 ? UINT64_MAX : k * k;
    check(lpl_mpi_saved(&m, folder, &saved) == LPL_OK && saved.generation == 0, "no checkpoint yet");
    for (uint64_t generation = 1; generation < 4; generation++) {
        mine = 100 * generation + (uint64_t)m.rank;
        check(lpl_mpi_save(&m, folder, note, 3 * generation, put, &mine) == LPL_OK, "saved");
        check(lpl_mpi_saved(&m, folder, &saved) == LPL_OK && saved.generation == generation &&
                  saved.parts == (uint64_t)m.ranks && saved.n_note == 3 * generation &&
                  memcmp(saved.note, note, 3 * generation * sizeof *note) == 0,
              "the manifest names it");
        lpl_mpi_part(path, folder, generation, (uint64_t)m.rank);
        got = 0;
        check(lpl_file_load(NULL, path, get, &got) == LPL_OK && got == mine, "each rank's part");
        check(!there(folder, generation - 1, (uint64_t)m.rank), "the one before is gone");
    }
    /* Fails on one rank: the last one stands, nothing of the new one is left. */
    fail_on = m.ranks - 1;
    check(lpl_mpi_save(&m, folder, note, 0, put, &mine) == LPL_E_NULL && strstr(m.text, "lpl_lif_create") != NULL,
          "one rank cannot save");
    fail_on = -1;
    check(lpl_mpi_saved(&m, folder, &saved) == LPL_OK && saved.generation == 3 && there(folder, 3, (uint64_t)m.rank),
          "the last one stands");
    MPI_Barrier(MPI_COMM_WORLD);
    check(!there(folder, 4, (uint64_t)m.rank), "nothing is left of it");
    check(lpl_mpi_save(&m, folder, note, LPL_MPI_NOTES + 1, put, &mine) == LPL_E_SIZE, "too many notes");
    check(lpl_mpi_save(&m, "/nowhere/at/all", note, 0, put, &mine) == LPL_E_IO, "no such folder");
    /* Any change of the manifest's bytes is seen. */
    if (m.rank == 0) {
        char text[2000], other[2000];
        size_t n, k;
        int good = 1;
        snprintf(path, sizeof path, "%s/manifest", folder);
        f = fopen(path, "rb");
        n = f != NULL ? fread(text, 1, sizeof text, f) : 0;
        if (f != NULL) fclose(f);
        for (k = 0; k < 2 * n; k++) { /* each byte changed, each length cut */
            memcpy(other, text, n);
            if (k < n) other[k] = (char)(other[k] ^ 1);
            f = fopen(path, "wb");
            if (f == NULL) break;
            fwrite(other, 1, k < n ? n : k - n, f);
            fclose(f);
            memset(&saved, 0, sizeof saved);
            good = good && lpl_file_load(NULL, path, lpl_mpi_get_manifest, &saved) == LPL_E_FORMAT;
        }
        failed += !(good && n > 40);
        if (!good) fprintf(stderr, "FAIL a damaged manifest was read\n");
    }
    check(lpl_mpi_saved(&m, folder, &saved) == LPL_E_FORMAT && strstr(m.text, "manifest is damaged") != NULL,
          "a damaged manifest is refused on all ranks");
    check(lpl_mpi_save(&m, folder, note, 0, put, &mine) == LPL_E_FORMAT, "and not written over");
}

/* Two whole checkpoints, and a third in which a rank is killed; later: the second is there. */
static void die(const char *folder, int who) {
    for (uint64_t generation = 1; generation < 4; generation++) {
        uint64_t mine = 100 * generation + (uint64_t)m.rank;
        if (generation == 3) die_on = who;
        lpl_mpi_save(&m, folder, &generation, 1, put, &mine);
    }
}

static void died(const char *folder) {
    char path[LPL_MPI_PATH];
    lpl_mpi_saved_t saved;
    uint64_t got = 0, mine = 300 + (uint64_t)m.rank, note = 3;
    check(lpl_mpi_saved(&m, folder, &saved) == LPL_OK && saved.generation == 2 && saved.note[0] == 2, "the second");
    lpl_mpi_part(path, folder, 2, (uint64_t)m.rank);
    check(lpl_file_load(NULL, path, get, &got) == LPL_OK && got == 200 + (uint64_t)m.rank, "its parts");
    check(lpl_mpi_save(&m, folder, &note, 1, put, &mine) == LPL_OK && there(folder, 3, (uint64_t)m.rank), "the third");
    check(!there(folder, 2, (uint64_t)m.rank), "nothing older is left");
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    check(lpl_mpi_open(&m, MPI_COMM_WORLD) == LPL_OK, "open");
    if (argc > 3)
        die(argv[1], atoi(argv[3]));
    else if (argc > 2)
        died(argv[1]);
    else
        agrees(), splits(), exchanges(), sums(), learns(), tracks();
    if (argc == 2) checkpoints(argv[1]);
    MPI_Bcast(&failed, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (m.rank == 0) printf("%d passed, %d failed\n", passed, failed);
    lpl_mpi_close(&m);
    lpl_mpi_close(&m);
    MPI_Finalize();
    return failed > 0;
}
