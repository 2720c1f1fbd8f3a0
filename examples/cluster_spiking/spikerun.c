/* cluster_spiking/spikerun.c - see spikerun.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cluster_spiking/spikerun.h"

#include <time.h>
#include <unistd.h>

#include "worlds/must.h"
#include "worlds/progress.h"

/* Processor time of this thread, s. */
static double cpu_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

course_t spikerun_begin(const options_t *o) {
    course_t c = {0};
    c.room = (size_t)(o->seconds * SECOND / PER_BIN) + 1;
    for (int k = 0; k < POPULATIONS; k++) c.rate[k] = must_alloc(c.room, sizeof **c.rate);
    if (o->trace) {
        const size_t n = (size_t)(o->seconds * SECOND) + 1;
        c.work = must_alloc(n, sizeof *c.work), c.told = must_alloc(n, sizeof *c.told);
    }
    return c;
}

void spikerun_free(course_t *c) {
    for (int k = 0; k < POPULATIONS; k++) free(c->rate[k]);
    free(c->work), free(c->told);
}

/* true: a bin is full. */
static bool count(course_t *c, const part_t *p, const lpl_mpi_spikes_t *all, size_t steps) {
    for (int k = 0; k < POPULATIONS; k++) c->count[k] += all[k].ptr[steps];
    if (p->step - c->from < PER_BIN) return false;
    for (int k = 0; k < POPULATIONS && c->n < c->room; k++)
        c->rate[k][c->n] = (double)c->count[k] / (double)p->plan.n[k] / ((double)(p->step - c->from) / SECOND);
    if (c->n < c->room) c->n++;
    c->from = p->step, c->count[E] = c->count[I] = 0;
    return true;
}

static void json_line(FILE *json, const part_t *p, const lpl_mpi_t *m, const course_t *c, double rtf, double speed) {
    if (json == NULL) return;
    fprintf(
        json,
        "{\"model_s\": %.4f, \"ranks\": %d, \"rtf\": %.4g, \"synapse_steps_per_s_rank\": %.4g, \"rate_e_hz\": %.3f, "
        "\"rate_i_hz\": %.3f, \"waited_s\": %.3f}\n",
        (double)p->step / SECOND, m->ranks, rtf, speed, c->n > 0 ? c->rate[E][c->n - 1] : 0,
        c->n > 0 ? c->rate[I][c->n - 1] : 0, m->waited);
    fflush(json);
}

/* g (E - v) of each E neuron, in whole numbers. */
static lpl_status_t look_at_currents(part_t *p) {
    const size_t n = (size_t)p->n[E];
    float *g = must_alloc(4 * n, sizeof *g);
    lpl_status_t s = LPL_OK;
    for (int k = 0; k < 4 && s == LPL_OK; k++)
        s = lpl_lif_read(p->lif[E], g + (size_t)k * n, n, NULL,
                         k == 0   ? LPL_LIF_V
                         : k == 1 ? LPL_LIF_G_AMPA
                         : k == 2 ? LPL_LIF_G_NMDA
                                  : LPL_LIF_G_GABA);
    for (size_t i = 0; i < n && s == LPL_OK; i++) {
        p->up += (int64_t)(0.5 * ((double)g[n + i] + (double)g[2 * n + i]) * (0 - (double)g[i]) * 1048576);
        p->down += (int64_t)((double)g[3 * n + i] * ((double)g[i] + 0.08) * 1048576);
    }
    free(g);
    return s;
}

lpl_status_t spikerun_go(part_t *p, lpl_mpi_t *m, course_t *c, FILE *json, double synapses, bool quiet) {
    const uint64_t end = (uint64_t)(p->o->seconds * SECOND + 0.5), start = p->step;
    const double clock = progress_clock();
    double armed = clock, saved = clock, now = clock, left = clock; /* left: when it last left lpl_mpi_spikes */
    lpl_status_t s = LPL_OK;
    progress_t bar;
    char text[160];
    if (m->rank == 0 && !quiet) progress_begin(&bar, "network", (double)(end - start) / SECOND, "model s");
    c->from = p->step;
    while (p->step < end && s >= 0 && s != ASK_STOP) {
        const size_t n = (size_t)(end - p->step < p->plan.delay ? end - p->step : p->plan.delay);
        lpl_mpi_spikes_t own[POPULATIONS], all[POPULATIONS];
        const double began = cpu_clock();
        s = lpl_network_run(p->net, n);
        p->cpu_run += cpu_clock() - began;
        for (int k = 0; k < POPULATIONS; k++) {
            own[k] = (lpl_mpi_spikes_t){p->ptr[k], p->fired[k], 0};
            for (size_t t = 0; t < n && s >= 0; t++)
                for (uint64_t i = p->ptr[k][t]; i < p->ptr[k][t + 1]; i++)
                    p->hash += spikenet_mix(p->step + t, (uint64_t)k, p->fired[k][i]);
        }
        if (s >= 0 && !quiet) { /* what one rank wishes, all hear together with the spikes */
            s = progress_stop() ? ASK_STOP : LPL_OK;
            if (s == LPL_OK && m->rank == 0 && p->o->checkpoint != NULL && now - saved >= p->o->every) s = ASK_SAVE;
        }
        const double before = progress_clock();
        s = lpl_mpi_spikes(m, all, s, n, POPULATIONS, own);
        if (c->work != NULL) {
            c->work[c->exchanges] = before - left, left = progress_clock();
            c->told[c->exchanges++] = left - before;
        }
        const double heard = cpu_clock();
        for (int k = 0; k < POPULATIONS && s >= 0; k++) {
            const lpl_status_t d = lpl_network_deliver(p->net, p->group[k], n, all[k].ptr, all[k].neuron);
            if (d < 0) return lpl_mpi_agree(m, d, NULL); /* lists are the same everywhere: so is the refusal */
        }
        p->cpu_deliver += cpu_clock() - heard;
        if (s < 0) break;
        p->step += n;
        if (count(c, p, all, n) && 5 * c->n > 4 * c->room) TRY(lpl_mpi_agree(m, look_at_currents(p), NULL));
        now = progress_clock();
        if (now - armed > 1) alarm((unsigned)p->o->patience), armed = now;
        if ((s == ASK_SAVE || s == ASK_STOP || (p->step == end && !quiet)) && p->o->checkpoint != NULL) {
            const lpl_status_t done = spikenet_save(p, m, p->wall + now - clock);
            if (done < 0) s = done;
            saved = now = progress_clock();
            alarm((unsigned)p->o->patience), armed = now;
        }
        if (m->rank != 0 || quiet || s < 0) continue;
        const double model = (double)(p->step - start) / SECOND, rtf = (now - clock) / model,
                     speed = synapses * (double)(p->step - start) / (now - clock) / m->ranks;
        snprintf(text, sizeof text, "%.2f of %g model s, rtf %.3g, E %.1f Hz, I %.1f Hz, %.3g synapse-steps/s/rank",
                 (double)p->step / SECOND, p->o->seconds, rtf, c->n > 0 ? c->rate[E][c->n - 1] : 0,
                 c->n > 0 ? c->rate[I][c->n - 1] : 0, speed);
        progress_tick(&bar, model, text);
        if (c->count[E] + c->count[I] == 0 && c->n > 0 && c->n % 10 == 0) json_line(json, p, m, c, rtf, speed);
    }
    if (m->rank == 0 && !quiet) progress_end(&bar);
    p->wall += progress_clock() - clock;
    return s;
}

lpl_status_t spikerun_write_trace(const course_t *c, const options_t *o, lpl_mpi_t *m) {
    const size_t n = c->exchanges, ranks = (size_t)m->ranks;
    double *all = m->rank == 0 ? must_alloc(2 * n * ranks + 1, sizeof *all) : NULL;
    char path[700];
    FILE *f = NULL;
    bool good = MPI_Gather(c->work, (int)n, MPI_DOUBLE, all, (int)n, MPI_DOUBLE, 0, m->comm) == MPI_SUCCESS &&
                MPI_Gather(c->told, (int)n, MPI_DOUBLE, m->rank == 0 ? all + n * ranks : NULL, (int)n, MPI_DOUBLE, 0,
                           m->comm) == MPI_SUCCESS;
    if (m->rank == 0) {
        snprintf(path, sizeof path, "%s/trace.csv", o->folder);
        f = fopen(path, "w");
        for (size_t r = 0; f != NULL && r < ranks; r++) fprintf(f, "%swork_%zu_s,told_%zu_s", r ? "," : "", r, r);
        for (size_t k = 0; f != NULL && k < n; k++)
            for (size_t r = 0; r < ranks; r++)
                fprintf(f, "%s%.9f,%.9f", r ? "," : "\n", all[r * n + k], all[(ranks + r) * n + k]);
        if (f == NULL || fprintf(f, "\n") < 0 || fclose(f) != 0) good = false;
    }
    free(all);
    return lpl_mpi_agree(m, good ? LPL_OK : LPL_E_IO, "trace.csv cannot be written");
}
