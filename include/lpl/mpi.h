/* lpl/mpi.h - liblpl over MPI: who owns what, who fired, sums, checkpoints of all ranks, one status for all of them.
 *
 * The library itself knows no MPI. This header is the bridge, and the one exception to two rules of the others: it
 * holds code (static inline, C99 and C++11), and it includes what is not the library's. It is not part of lpl.h, and
 * nothing in it is part of the ABI; a program that includes it is compiled by mpicc and linked with liblpl (pkg-config
 * lpl-mpi). Any MPI from version 3 on; POSIX.
 *
 *   Ranks      All functions but lpl_mpi_split, lpl_mpi_part and lpl_mpi_close are collective: every rank of the
 *              communicator calls them, in the same order.
 *   Status     What they return is the same on all ranks: LPL_OK only if all are well. After a failure m->text is one
 *              sentence that begins with "rank N: ", of the first rank with the worst status, on all ranks. So all end
 *              together and none waits for one that has gone. Nothing is printed; MPI_Abort is never called.
 *   MPI errors The communicator returns them (MPI_ERRORS_RETURN); they become LPL_E_IO on the ranks that see them.
 *              Where a process dies, MPI ends the others or lets them wait: a program sets itself a time limit.
 *   Bits       Spikes come in the order of their neurons, and sums of reduce.h are of whole numbers: no bit depends on
 *              the number of ranks.
 *   Waiting    Where a machine has more ranks than processors, ranks that wait let the others run.
 *   Memory     Buffers are as large as the largest exchange so far; when that has come, nothing is allocated.
 * An example is in docs/mpi.md, what it costs in docs/scale.md.
 */
#ifndef LPL_MPI_H
#define LPL_MPI_H

#include <dirent.h>
#include <errno.h>
#ifndef OMPI_SKIP_MPICXX /* the C++ bindings of old: deprecated, and one library more */
#define OMPI_SKIP_MPICXX 1
#endif
#ifndef MPICH_SKIP_MPICXX
#define MPICH_SKIP_MPICXX 1
#endif
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "network.h"
#include "part.h"
#include "reduce.h"
#include "status.h"

enum { LPL_MPI_NOTES = 32, LPL_MPI_PATH = 1024, LPL_MPI_FLYING = 64 };

/* One for each communicator; members are for reading. */
typedef struct lpl_mpi_t {
    MPI_Comm comm; /* a copy of the caller's */
    int rank, ranks;
    int crowded;        /* somewhere more ranks than processors */
    char text[400];     /* the last failure; "" before the first */
    double waited;      /* s that this rank has spent in collective calls */
    uint64_t exchanges; /* calls of lpl_mpi_spikes */
    uint64_t resent;    /* of them those that needed a second message */
    uint64_t bytes;     /* sent by this rank in them, to each of the others */
    size_t room;        /* words of a block in the next one */
    /* inside: */
    size_t peak, since, block_have, blocks_have, neuron_have, ptr_have;
    uint32_t *block, *blocks, *neuron;
    uint64_t *ptr;
    MPI_Request request[LPL_MPI_FLYING]; /* reductions on their way */
} lpl_mpi_t;

/* Spikes of one group of neurons, as lpl_network_deliver takes them: in step k neuron[ptr[k]] .. neuron[ptr[k+1] - 1]
 * have fired, ascending. */
typedef struct lpl_mpi_spikes_t {
    const uint64_t *ptr;
    const uint32_t *neuron;
    uint64_t first; /* of a rank's own: added to each, so that they are numbered as in the whole group; else 0 */
} lpl_mpi_spikes_t;

/* A whole checkpoint. */
typedef struct lpl_mpi_saved_t {
    uint64_t generation; /* 1, 2, ...; 0: there is none */
    uint64_t parts;      /* how many ranks wrote it */
    uint64_t n_note;
    uint64_t note[LPL_MPI_NOTES]; /* the host's numbers */
} lpl_mpi_saved_t;

/* ---- one status for all ---- */

static inline lpl_status_t lpl_mpi_said(lpl_mpi_t *m, int code, const char *where) {
    char why[MPI_MAX_ERROR_STRING + 1];
    int n = 0;
    if (code == MPI_SUCCESS) return LPL_OK;
    if (MPI_Error_string(code, why, &n) != MPI_SUCCESS) n = 0;
    why[n] = '\0';
    snprintf(m->text, sizeof m->text, "rank %d: LPL_E_IO %s: %.300s", m->rank, where, why);
    return LPL_E_IO;
}

/* MPI's own waiting keeps a processor busy, whoever else wants it (a hundred times slower with MPICH where ranks share
 * one); these give it away. */
static inline int lpl_mpi_wait(MPI_Request *request) {
    int code, done = 0, turns = 0;
    while ((code = MPI_Test(request, &done, MPI_STATUS_IGNORE)) == MPI_SUCCESS && !done)
        if (++turns > 100) sched_yield();
    return code;
}

static inline int lpl_mpi_bcast(lpl_mpi_t *m, void *data, int n, MPI_Datatype type, int root) {
    MPI_Request request;
    int code;
    if (!m->crowded) return MPI_Bcast(data, n, type, root, m->comm);
    code = MPI_Ibcast(data, n, type, root, m->comm, &request);
    return code == MPI_SUCCESS ? lpl_mpi_wait(&request) : code;
}

static inline int lpl_mpi_allreduce(lpl_mpi_t *m, const void *send, void *data, int n, MPI_Datatype type, MPI_Op op) {
    MPI_Request request;
    int code;
    if (!m->crowded) return MPI_Allreduce(send, data, n, type, op, m->comm);
    code = MPI_Iallreduce(send, data, n, type, op, m->comm, &request);
    return code == MPI_SUCCESS ? lpl_mpi_wait(&request) : code;
}

static inline lpl_status_t lpl_mpi_spread(lpl_mpi_t *m, lpl_status_t worst, int whose, const char *text) {
    char line[sizeof m->text];
    int code;
    memset(line, 0, sizeof line);
    if (m->rank == whose) snprintf(line, sizeof line, "rank %d: %s", m->rank, text != NULL ? text : lpl_last_error());
    code = lpl_mpi_bcast(m, line, (int)sizeof line, MPI_CHAR, whose);
    if (code != MPI_SUCCESS) return lpl_mpi_said(m, code, "MPI_Bcast");
    memcpy(m->text, line, sizeof line);
    return worst;
}

/* The worst status of all ranks: the most negative one, without errors the largest (LPL_LOOK). text: this rank's
 * sentence if it has failed; NULL: lpl_last_error(). One reduction, and a broadcast after a failure. */
static inline lpl_status_t lpl_mpi_agree(lpl_mpi_t *m, lpl_status_t mine, const char *text) {
    enum { GOOD = 1 << 20 }; /* a minimum over errors, else a maximum */
    const double start = MPI_Wtime();
    int send[2], worst[2] = {0, 0}, code;
    lpl_status_t s;
    send[0] = mine < 0 ? (int)mine : GOOD - (int)mine, send[1] = m->rank;
    code = lpl_mpi_allreduce(m, send, worst, 1, MPI_2INT, MPI_MINLOC);
    if (code != MPI_SUCCESS)
        s = lpl_mpi_said(m, code, "MPI_Allreduce");
    else if (worst[0] < 0)
        s = lpl_mpi_spread(m, (lpl_status_t)worst[0], worst[1], text);
    else
        s = (lpl_status_t)(GOOD - worst[0]);
    m->waited += MPI_Wtime() - start;
    return s;
}

static inline int lpl_mpi_grow(void **p, size_t *have, size_t need, size_t size) {
    void *more;
    if (need <= *have) return 1;
    if (need > PTRDIFF_MAX / size) return 0;
    more = realloc(*p, need * size);
    if (more == NULL) return 0;
    *p = more, *have = need;
    return 1;
}

/* ---- begin, end, share ---- */

/* Work on a copy of comm. After a failure only lpl_mpi_close. Returns LPL_OK, LPL_E_IO, LPL_E_MEMORY. */
static inline lpl_status_t lpl_mpi_open(lpl_mpi_t *m, MPI_Comm comm) {
    void *block = NULL;
    MPI_Comm node = MPI_COMM_NULL;
    int code, here;
    memset(m, 0, sizeof *m);
    m->comm = MPI_COMM_NULL;
    for (here = 0; here < LPL_MPI_FLYING; here++) m->request[here] = MPI_REQUEST_NULL;
    here = 1;
    code = MPI_Comm_dup(comm, &m->comm);
    if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(m->comm, MPI_ERRORS_RETURN);
    if (code == MPI_SUCCESS) code = MPI_Comm_rank(m->comm, &m->rank);
    if (code == MPI_SUCCESS) code = MPI_Comm_size(m->comm, &m->ranks);
    if (code == MPI_SUCCESS) code = MPI_Comm_split_type(m->comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    if (code == MPI_SUCCESS) code = MPI_Comm_size(node, &here);
    if (node != MPI_COMM_NULL) MPI_Comm_free(&node);
    here = here > sysconf(_SC_NPROCESSORS_ONLN);
    if (code == MPI_SUCCESS) code = MPI_Allreduce(&here, &m->crowded, 1, MPI_INT, MPI_MAX, m->comm);
    if (code != MPI_SUCCESS) return lpl_mpi_said(m, code, "lpl_mpi_open");
    m->room = 512;
    code = lpl_mpi_grow(&block, &m->block_have, m->room, sizeof *m->block);
    m->block = (uint32_t *)block;
    return lpl_mpi_agree(m, code ? LPL_OK : LPL_E_MEMORY, "LPL_E_MEMORY lpl_mpi_open: no memory");
}

/* The end; any number of times. Collective only in so far as MPI_Comm_free is. */
static inline void lpl_mpi_close(lpl_mpi_t *m) {
    free(m->block), free(m->blocks), free(m->neuron), free(m->ptr);
    if (m->comm != MPI_COMM_NULL) MPI_Comm_free(&m->comm);
    memset(m, 0, sizeof *m);
    m->comm = MPI_COMM_NULL;
}

/* How many of n rows (post neurons, chunks of a batch, layers; up to 2^32) belong to a rank, and the first of them: the
 * even cut of lpl_part_range, in the order of ranks. Not collective. */
static inline uint64_t lpl_mpi_split(uint64_t n, int ranks, int rank, uint64_t *first) {
    uint64_t mine = 0;
    *first = 0;
    if (lpl_part_range(first, &mine, n, (uint64_t)ranks, (uint64_t)rank) < 0) return 0;
    return mine;
}

/* ---- who fired ---- */

/* A block: words in use, status, spikes of each group and step, then the neurons in that order. The first message has
 * room for what there was lately, a second one is sent if some rank had more; all see who had how much, and so come to
 * the same decisions. */
enum { LPL_MPI_HEAD = 2, LPL_MPI_WINDOW = 256, LPL_MPI_WORDS_MAX = 1 << 29 };

static inline lpl_status_t lpl_mpi_gather(lpl_mpi_t *m) {
    void *p = m->blocks;
    MPI_Request request;
    int code;
    if (m->room * (size_t)m->ranks > m->blocks_have) {
        code = lpl_mpi_grow(&p, &m->blocks_have, m->room * (size_t)m->ranks, sizeof *m->blocks);
        m->blocks = (uint32_t *)p;
        if (code) p = m->block, code = lpl_mpi_grow(&p, &m->block_have, m->room, sizeof *m->block);
        if (code) m->block = (uint32_t *)p;
        code = lpl_mpi_agree(m, code ? LPL_OK : LPL_E_MEMORY, "LPL_E_MEMORY lpl_mpi_spikes: no memory for spikes");
        if (code < 0) return (lpl_status_t)code;
    }
    m->bytes += 4 * m->room;
    if (!m->crowded) {
        code = MPI_Allgather(m->block, (int)m->room, MPI_UINT32_T, m->blocks, (int)m->room, MPI_UINT32_T, m->comm);
    } else {
        code = MPI_Iallgather(m->block, (int)m->room, MPI_UINT32_T, m->blocks, (int)m->room, MPI_UINT32_T, m->comm,
                              &request);
        if (code == MPI_SUCCESS) code = lpl_mpi_wait(&request);
    }
    return lpl_mpi_said(m, code, "MPI_Allgather");
}

/* This rank's block, as far as there is memory for it. */
static inline lpl_status_t lpl_mpi_pack(lpl_mpi_t *m, lpl_status_t mine, size_t n_steps, size_t n_groups,
                                        const lpl_mpi_spikes_t *own, const char **why) {
    size_t need = LPL_MPI_HEAD + n_steps * n_groups, g, k, at = LPL_MPI_HEAD;
    uint64_t i;
    void *p = m->block;
    if (mine >= 0)
        for (g = 0; g < n_groups; g++) need += (size_t)(own[g].ptr[n_steps] - own[g].ptr[0]);
    if (mine >= 0 && need > LPL_MPI_WORDS_MAX)
        mine = LPL_E_SIZE, *why = "LPL_E_SIZE lpl_mpi_spikes: more than 2^29 spikes of a rank in one exchange";
    if (mine >= 0 && !lpl_mpi_grow(&p, &m->block_have, need > m->room ? need + need / 4 : m->room, sizeof *m->block))
        mine = LPL_E_MEMORY, *why = "LPL_E_MEMORY lpl_mpi_spikes: no memory for spikes";
    m->block = (uint32_t *)p;
    m->block[0] = mine < 0 ? 0 : (uint32_t)need, m->block[1] = (uint32_t)mine;
    if (mine < 0) return mine;
    for (g = 0; g < n_groups; g++)
        for (k = 0; k < n_steps; k++) m->block[at++] = (uint32_t)(own[g].ptr[k + 1] - own[g].ptr[k]);
    for (g = 0; g < n_groups; g++)
        for (i = own[g].ptr[0]; i < own[g].ptr[n_steps]; i++)
            m->block[at++] = (uint32_t)(own[g].neuron[i] + own[g].first);
    return mine;
}

/* All blocks into lists: group by group, step by step, rank by rank. */
static inline lpl_status_t lpl_mpi_unpack(lpl_mpi_t *m, lpl_mpi_spikes_t *all, size_t n_steps, size_t n_groups) {
    const size_t cells = n_steps * n_groups, ptrs = cells + n_groups, ranks = (size_t)m->ranks;
    size_t total = 0, r, g, k, c;
    uint64_t *cursor;
    void *p = m->neuron, *q = m->ptr;
    int ok;
    for (r = 0; r < ranks; r++) total += m->blocks[r * m->room] - LPL_MPI_HEAD - cells;
    if (total > m->neuron_have || ptrs + cells > m->ptr_have) { /* the same sizes on all ranks, not the same memory */
        ok = lpl_mpi_grow(&p, &m->neuron_have, total + total / 4 + 64, sizeof *m->neuron);
        m->neuron = (uint32_t *)p;
        ok = lpl_mpi_grow(&q, &m->ptr_have, ptrs + cells, sizeof *m->ptr) && ok;
        m->ptr = (uint64_t *)q;
        ok = lpl_mpi_agree(m, ok ? LPL_OK : LPL_E_MEMORY, "LPL_E_MEMORY lpl_mpi_spikes: no memory for spikes");
        if (ok < 0) return (lpl_status_t)ok;
    }
    cursor = m->ptr + ptrs;
    memset(m->ptr, 0, (ptrs + cells) * sizeof *m->ptr);
    for (r = 0; r < ranks; r++)
        for (c = 0; c < cells; c++) cursor[c] += m->blocks[r * m->room + LPL_MPI_HEAD + c];
    for (g = 0, total = 0; g < n_groups; g++) {
        uint64_t *ptr = m->ptr + g * (n_steps + 1);
        all[g].ptr = ptr, all[g].neuron = m->neuron + total, all[g].first = 0;
        for (k = 0; k < n_steps; k++) {
            const uint64_t n = cursor[g * n_steps + k];
            ptr[k + 1] = ptr[k] + n, cursor[g * n_steps + k] = total, total += (size_t)n;
        }
    }
    for (r = 0; r < ranks; r++) {
        const uint32_t *count = m->blocks + r * m->room + LPL_MPI_HEAD, *from = count + cells;
        for (c = 0; c < cells; from += count[c], cursor[c] += count[c], c++)
            if (count[c] > 0) memcpy(m->neuron + cursor[c], from, count[c] * sizeof *from);
    }
    return LPL_OK;
}

/* Tell all ranks who fired on each in the last n_steps steps, once per axonal delay: all[g] becomes the list of group g
 * on all ranks together, for lpl_network_deliver, lent until the next call. own[g] is what lpl_network_spikes_into has
 * shown of this rank's part; parts of higher ranks hold higher neurons, so lists come out ascending.
 *   mine  the status of what this rank did before (lpl_network_run, lpl_network_deliver), its sentence in
 *         lpl_last_error(): so an error of one rank ends all of them without a message of its own
 *   n_steps, n_groups  the same on all ranks
 * Returns the worst status as lpl_mpi_agree (nothing was exchanged then), LPL_E_SIZE, LPL_E_MEMORY, LPL_E_IO. One
 * MPI_Allgather of 4 (2 + n_steps n_groups + spikes of a rank) bytes and up to a quarter more. */
static inline lpl_status_t lpl_mpi_spikes(lpl_mpi_t *m, lpl_mpi_spikes_t *all, lpl_status_t mine, size_t n_steps,
                                          size_t n_groups, const lpl_mpi_spikes_t *own) {
    const double start = MPI_Wtime();
    const char *why = NULL;
    size_t most = 0;
    int r, whose = 0, again;
    lpl_status_t s, worst = LPL_OK;
    mine = lpl_mpi_pack(m, mine, n_steps, n_groups, own, &why);
    m->exchanges++;
    for (again = 0;; again = 1) {
        s = lpl_mpi_gather(m);
        if (s < 0) break;
        for (r = 0; r < m->ranks; r++) {
            const uint32_t *b = m->blocks + (size_t)r * m->room;
            const lpl_status_t his = (lpl_status_t)(int32_t)b[1];
            if (b[0] > most) most = b[0];
            if (his < 0 ? his < worst : worst >= 0 && his > worst) worst = his, whose = r;
        }
        if (worst < 0) s = lpl_mpi_spread(m, worst, whose, why);
        if (worst < 0 || most <= m->room || again) break;
        m->room = most + most / 4, m->resent++;
    }
    m->waited += MPI_Wtime() - start;
    if (s < 0) return s;
    s = lpl_mpi_unpack(m, all, n_steps, n_groups);
    if (most > m->peak) m->peak = most;
    if (++m->since == LPL_MPI_WINDOW) { /* smaller again after a burst */
        most = m->peak + m->peak / 4 + 64;
        if (most < m->room) m->room = most;
        m->peak = m->since = 0;
    }
    return s < 0 ? s : worst;
}

/* ---- sums and maxima (reduce.h): the three functions of lpl_layer_set_reduce and its kin, user: the lpl_mpi_t ---- */

static inline MPI_Datatype lpl_mpi_type(int32_t type, size_t *size) {
    *size = type == LPL_REDUCE_FLOAT32 ? 4 : 8;
    return type == LPL_REDUCE_INT64 ? MPI_INT64_T : type == LPL_REDUCE_FLOAT64 ? MPI_DOUBLE : MPI_FLOAT;
}

enum { LPL_MPI_PIECE = 1 << 28 }; /* elements of a message: MPI counts with int */

static inline int32_t lpl_mpi_reduce(void *data, size_t n, int32_t type, int32_t op, void *user) {
    lpl_mpi_t *m = (lpl_mpi_t *)user;
    const double start = MPI_Wtime();
    const MPI_Op how = op == LPL_REDUCE_SUM ? MPI_SUM : MPI_MAX;
    size_t size, at, k;
    int code = MPI_SUCCESS;
    const MPI_Datatype what = lpl_mpi_type(type, &size);
    for (at = 0; at < n && code == MPI_SUCCESS; at += k) {
        k = n - at < LPL_MPI_PIECE ? n - at : (size_t)LPL_MPI_PIECE;
        code = lpl_mpi_allreduce(m, MPI_IN_PLACE, (char *)data + at * size, (int)k, what, how);
    }
    m->waited += MPI_Wtime() - start;
    return lpl_mpi_said(m, code, "MPI_Allreduce");
}

/* An array of more than 2^28 elements is reduced at once: nobody waits for it later. */
static inline int32_t lpl_mpi_reduce_start(void *data, size_t n, int32_t type, int32_t op, void **request, void *user) {
    lpl_mpi_t *m = (lpl_mpi_t *)user;
    MPI_Request *r;
    size_t size;
    int code;
    *request = NULL;
    if (n > LPL_MPI_PIECE) return lpl_mpi_reduce(data, n, type, op, user);
    for (r = m->request; r < m->request + LPL_MPI_FLYING && *r != MPI_REQUEST_NULL; r++) {}
    if (r == m->request + LPL_MPI_FLYING) return lpl_mpi_reduce(data, n, type, op, user);
    code = MPI_Iallreduce(MPI_IN_PLACE, data, (int)n, lpl_mpi_type(type, &size),
                          op == LPL_REDUCE_SUM ? MPI_SUM : MPI_MAX, m->comm, r);
    if (code == MPI_SUCCESS) *request = r;
    return lpl_mpi_said(m, code, "MPI_Iallreduce");
}

static inline int32_t lpl_mpi_reduce_finish(void *request, void *user) {
    lpl_mpi_t *m = (lpl_mpi_t *)user;
    const double start = MPI_Wtime();
    MPI_Request *r = (MPI_Request *)request;
    int code = MPI_SUCCESS;
    if (r != NULL) {
        code = m->crowded ? lpl_mpi_wait(r) : MPI_Wait(r, MPI_STATUS_IGNORE);
        *r = MPI_REQUEST_NULL;
    }
    m->waited += MPI_Wtime() - start;
    return lpl_mpi_said(m, code, "MPI_Wait");
}

/* ---- checkpoints ----
 *
 * A folder that all ranks see holds GENERATION.PART.lpl, one file a rank, and "manifest", a few lines of text that name
 * the generation that is whole. A checkpoint is written beside the last one; only when all ranks have theirs on the
 * disk does the manifest change, in one step (lpl/file.h), and then the older files go. Whatever is killed when, the
 * manifest names files that are whole. */

static inline void lpl_mpi_part(char path[LPL_MPI_PATH], const char *folder, uint64_t generation, uint64_t part) {
    snprintf(path, LPL_MPI_PATH, "%s/%llu.%llu.lpl", folder, (unsigned long long)generation,
             (unsigned long long)part);
}

static inline uint64_t lpl_mpi_sum(const lpl_mpi_saved_t *c) { /* FNV-1a of the numbers */
    uint64_t sum = 14695981039346656037u, k, v;
    int b;
    for (k = 0; k < 3 + c->n_note; k++) {
        v = k == 0 ? c->generation : k == 1 ? c->parts : k == 2 ? c->n_note : c->note[k - 3];
        for (b = 0; b < 64; b += 8) sum = (sum ^ (v >> b & 255)) * 1099511628211u;
    }
    return sum;
}

static inline lpl_status_t lpl_mpi_put_manifest(lpl_write_fn write, void *file, void *user) {
    const lpl_mpi_saved_t *c = (const lpl_mpi_saved_t *)user;
    char line[120];
    uint64_t k;
    int n = snprintf(line, sizeof line, "lpl-mpi 1\ngeneration %llu\nparts %llu\nnotes %llu\n",
                     (unsigned long long)c->generation, (unsigned long long)c->parts, (unsigned long long)c->n_note);
    if (write(line, (size_t)n, file) != 0) return LPL_E_IO;
    for (k = 0; k <= c->n_note; k++) {
        n = k < c->n_note ? snprintf(line, sizeof line, "%llu\n", (unsigned long long)c->note[k])
                          : snprintf(line, sizeof line, "sum %llu\n", (unsigned long long)lpl_mpi_sum(c));
        if (write(line, (size_t)n, file) != 0) return LPL_E_IO;
    }
    return LPL_OK;
}

/* "WORD NUMBER\n" or "NUMBER\n". */
static inline int lpl_mpi_get_line(uint64_t *v, const char *word, lpl_read_fn read, void *file) {
    size_t k;
    char c;
    *v = 0;
    for (k = 0; word[k] != '\0'; k++)
        if (read(&c, 1, file) != 0 || c != word[k]) return 0;
    for (k = 0; k < 21; k++) {
        if (read(&c, 1, file) != 0) return 0;
        if (c == '\n') return k > 0;
        if (c < '0' || c > '9') return 0;
        *v = *v * 10 + (uint64_t)(c - '0');
    }
    return 0;
}

static inline lpl_status_t lpl_mpi_get_manifest(lpl_read_fn read, void *file, void *user) {
    lpl_mpi_saved_t *c = (lpl_mpi_saved_t *)user;
    uint64_t k, sum;
    if (!lpl_mpi_get_line(&k, "lpl-mpi ", read, file) || k != 1 ||
        !lpl_mpi_get_line(&c->generation, "generation ", read, file) ||
        !lpl_mpi_get_line(&c->parts, "parts ", read, file) || !lpl_mpi_get_line(&c->n_note, "notes ", read, file) ||
        c->n_note > LPL_MPI_NOTES || c->generation == 0 || c->parts == 0)
        return LPL_E_FORMAT;
    for (k = 0; k < c->n_note; k++)
        if (!lpl_mpi_get_line(&c->note[k], "", read, file)) return LPL_E_FORMAT;
    return lpl_mpi_get_line(&sum, "sum ", read, file) && sum == lpl_mpi_sum(c) ? LPL_OK : LPL_E_FORMAT;
}

/* Which checkpoint of a folder is whole; rank 0 looks. No manifest: generation 0. Returns LPL_OK, LPL_E_FORMAT (a
 * damaged manifest), LPL_E_IO. */
static inline lpl_status_t lpl_mpi_saved(lpl_mpi_t *m, const char *folder, lpl_mpi_saved_t *saved) {
    char path[LPL_MPI_PATH], why[LPL_MPI_PATH + 80];
    lpl_status_t s = LPL_OK;
    int32_t reason = 0;
    int code;
    memset(saved, 0, sizeof *saved);
    why[0] = '\0';
    if (m->rank == 0) {
        snprintf(path, sizeof path, "%s/manifest", folder);
        s = lpl_file_load(&reason, path, lpl_mpi_get_manifest, saved);
        if (s == LPL_E_FORMAT) snprintf(why, sizeof why, "LPL_E_FORMAT lpl_mpi_saved: %s is damaged", path);
        if (s < 0) memset(saved, 0, sizeof *saved);
        if (s == LPL_E_IO && reason == ENOENT) s = LPL_OK;
    }
    s = lpl_mpi_agree(m, s, why[0] != '\0' ? why : NULL);
    if (s < 0) return s;
    code = lpl_mpi_bcast(m, saved, (int)(sizeof *saved / 8), MPI_UINT64_T, 0);
    return lpl_mpi_said(m, code, "MPI_Bcast");
}

/* Every file of a generation in this folder but that of `keep`. */
static inline void lpl_mpi_sweep(const char *folder, uint64_t keep) {
    char path[LPL_MPI_PATH];
    DIR *d = opendir(folder);
    struct dirent *e;
    unsigned long long generation, part;
    int end;
    if (d == NULL) return;
    while ((e = readdir(d)) != NULL) {
        end = 0;
        if (sscanf(e->d_name, "%llu.%llu.lpl%n", &generation, &part, &end) != 2 || end == 0 ||
            e->d_name[end] != '\0' || generation == keep)
            continue;
        lpl_mpi_part(path, folder, generation, part);
        unlink(path);
    }
    closedir(d);
}

/* Save what content writes on each rank (lpl_file_save), and n_note numbers of rank 0's. The folder exists. Returns
 * what content or lpl_file_save returned, LPL_E_SIZE (n_note > LPL_MPI_NOTES), and as lpl_mpi_saved; after an error the
 * last checkpoint stands, and what was written of this one is removed. */
static inline lpl_status_t lpl_mpi_save(lpl_mpi_t *m, const char *folder, const uint64_t *note, size_t n_note,
                                        lpl_file_save_fn content, void *user) {
    char path[LPL_MPI_PATH], manifest[LPL_MPI_PATH];
    lpl_mpi_saved_t c;
    lpl_status_t s = lpl_mpi_saved(m, folder, &c);
    if (s < 0) return s;
    c.generation++, c.parts = (uint64_t)m->ranks, c.n_note = n_note;
    if (n_note > LPL_MPI_NOTES) return lpl_mpi_agree(m, LPL_E_SIZE, "LPL_E_SIZE lpl_mpi_save: too many notes");
    if (n_note > 0) memcpy(c.note, note, n_note * sizeof *note);
    lpl_mpi_part(path, folder, c.generation, (uint64_t)m->rank);
    s = lpl_mpi_agree(m, lpl_file_save(NULL, path, content, user), NULL);
    if (s >= 0) {
        if (m->rank == 0) {
            snprintf(manifest, sizeof manifest, "%s/manifest", folder);
            s = lpl_file_save(NULL, manifest, lpl_mpi_put_manifest, &c);
        }
        s = lpl_mpi_agree(m, s, NULL);
    }
    if (s < 0)
        unlink(path);
    else if (m->rank == 0)
        lpl_mpi_sweep(folder, c.generation);
    return s;
}

#endif
