/* examples/worlds/condition.c - see condition.h. */
#include "condition.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PLAIN LPL_PAIR_SYMMETRIC, LPL_STATS_BATCH, LPL_SEES_POOLED

const condition_t conditions[CONDITIONS] = {
    [CONDITION_LPL] = {"lpl", "LPL", 1, 1, 10, PLAIN, 1, true},
    [CONDITION_PRED_OFF] = {"pred_off", "pred. off", 0, 1, 10, PLAIN, 1, true},
    [CONDITION_HEBB_OFF] = {"hebb_off", "Hebb off", 1, 0, 10, PLAIN, 1, true},
    [CONDITION_DECORR_OFF] = {"decorr_off", "decorr. off", 1, 1, 0, PLAIN, 1, true},
    [CONDITION_SHUFFLED] = {"shuffled", "shuffled pairs", 1, 1, 10, PLAIN, 1, true},
    [CONDITION_CAUSAL] = {"causal", "causal pair", 1, 1, 10, LPL_PAIR_CAUSAL, LPL_STATS_BATCH, LPL_SEES_POOLED, 1,
                          true},
    [CONDITION_STALE] = {"stale", "stale statistics", 1, 1, 10, LPL_PAIR_SYMMETRIC, LPL_STATS_STALE, LPL_SEES_POOLED, 1,
                         true},
    [CONDITION_EWMA] = {"ewma", "exp. statistics", 1, 1, 10, LPL_PAIR_SYMMETRIC, LPL_STATS_EWMA, LPL_SEES_POOLED, 1,
                        true},
    [CONDITION_NO_BIAS] = {"no_bias", "no biases", 1, 1, 10, PLAIN, 0, true},
    [CONDITION_POSITIONS] = {"positions", "no pooling", 1, 1, 10, LPL_PAIR_SYMMETRIC, LPL_STATS_BATCH,
                             LPL_SEES_POSITIONS, 1, true},
    [CONDITION_HEAD] = {"head", "projector", 1, 1, 10, LPL_PAIR_SYMMETRIC, LPL_STATS_BATCH, LPL_SEES_HEAD, 1, true},
    [CONDITION_ONLINE] = {"online", "frame by frame", 2, 1, 10, LPL_PAIR_CAUSAL, LPL_STATS_EWMA, LPL_SEES_POOLED, 1,
                          true},
    [CONDITION_RANDOM] = {"random", "random network", 1, 1, 10, PLAIN, 1, false},
    [CONDITION_PIXELS] = {"pixels", "raw pixels", 0, 0, 0, PLAIN, 0, false},
    [CONDITION_NEGATIVE] = {"negative", "negative samples", 1, 1, 0, LPL_PAIR_SYMMETRIC, LPL_STATS_BATCH, LPL_SEES_HEAD,
                            1, true, LPL_PULL_COSINE, LPL_PUSH_NEGATIVE},
    [CONDITION_LOGDET] = {"logdet", "log det push", 1, 1, 0, PLAIN, 1, true, LPL_PULL_DIFFERENCE, LPL_PUSH_LOGDET},
    [CONDITION_DIRECTPRED] = {"directpred", "DirectPred", 1, 0, 0, PLAIN, 1, true, LPL_PULL_DIRECTPRED, 0},
    [CONDITION_ISOLOSS] = {"isoloss", "IsoLoss", 1, 0, 0, PLAIN, 1, true, LPL_PULL_ISOLOSS, 0},
    [CONDITION_ONLINE_OFF] = {"online_off", "frames, pred. off", 0, 1, 10, LPL_PAIR_CAUSAL, LPL_STATS_EWMA,
                              LPL_SEES_POOLED, 1, true},
};

bool condition_online(int c) { return c == CONDITION_ONLINE || c == CONDITION_ONLINE_OFF; }

vgg_t condition_vgg(int c, size_t side, size_t batch, double eta) {
    const condition_t *a = &conditions[c];
    const bool online = condition_online(c);
    vgg_t v = vgg_defaults(side, online ? 1 : batch);
    v.pull = a->pull, v.push = a->push, v.decorr = a->decorr;
    v.pair = a->pair, v.stats = a->stats, v.sees = a->sees, v.bias = a->bias;
    v.pull_form = a->pull_form, v.push_form = a->push_form;
    v.tau = CONDITION_TAU * (double)batch * (a->pair == LPL_PAIR_SYMMETRIC ? 2 : 1);
    v.eta = (online ? eta / sqrt((double)batch) : eta) * (c == CONDITION_EWMA ? CONDITION_SLOWER : 1);
    return v;
}

bool condition_wanted(const char *list, int c) {
    const char *name = conditions[c].name;
    const size_t n = strlen(name);
    for (const char *p = list; (p = strstr(p, name)) != NULL; p += n)
        if ((p == list || p[-1] == ',') && (p[n] == 0 || p[n] == ',')) return true;
    return strcmp(list, "all") == 0 && c <= CONDITION_PIXELS;
}

const char *condition_unknown(const char *list, size_t *n) {
    for (const char *p = list; *p && strcmp(list, "all") != 0; p += *n + (p[*n] == ',')) {
        bool known = false;
        *n = strcspn(p, ",");
        for (int c = 0; c < CONDITIONS; c++)
            known = known || (strlen(conditions[c].name) == *n && memcmp(conditions[c].name, p, *n) == 0);
        if (!known) return p;
    }
    return NULL;
}

const char *condition_names(void) {
    static char names[400];
    size_t used = 0;
    for (int c = 0; c < CONDITIONS; c++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", c ? "," : "", conditions[c].name);
    return names;
}
