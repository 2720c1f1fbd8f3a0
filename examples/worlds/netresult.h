/* examples/worlds/netresult.h - one finished run of the network of Fig. 5: kept in a CSV file, so that runs made at
 * different times form one table, and compared with the published numbers (theory 6.6). */
#ifndef EXAMPLES_NETRESULT_H
#define EXAMPLES_NETRESULT_H

#include "spikeanalysis.h"

typedef struct netresult_t {
    network_setup_t setup;
    double prime, seconds;               /* model time without and with learning, s */
    double wall;                         /* s, all parts of a run that was interrupted */
    spikes_result_t first, end;          /* 10 .. 110 s (dimension 0: there was none), and the last window */
    double rate[NETWORK_E];              /* Hz, last 100 s */
    double weight[NETWORK_E * SIGNALS];  /* network_group_weights */
    double synapses[SIGNALS];            /* existing ones of each group ... */
    double w_mean[SIGNALS];              /* ... their mean weight, */
    double at_0[SIGNALS], at_1[SIGNALS]; /* the share of them at the bounds */
    double w_i_e;                        /* mean weight of I -> E */
} netresult_t;

/* Weights of the network as it is now. */
void netresult_weights(netresult_t *r, const network_t *net);

/* CONDITION_SEED, of other signals than the published ones CONDITION_SEED_sSIGNALS: the end of all its files' names. */
void netresult_name(char *name, size_t size, const network_setup_t *s);
/* FOLDER/result_NAME.csv */
void netresult_path(char *path, size_t size, const network_setup_t *s, const char *folder);
/* false after a sentence on stderr. */
bool netresult_write(const netresult_t *r, const char *folder);
bool netresult_read(netresult_t *r, const network_setup_t *setup, const char *folder);
/* All of them in a folder, by condition, signals and seed; *out is to be freed. Returns their number, 0 after a
 * sentence on stderr. */
size_t netresult_read_all(netresult_t **out, const char *folder);

/* Neurons that prefer a signal: its mean weight is at least three times that of the other signal and above 0.02. */
void netresult_preference(const netresult_t *r, int *n_1, int *n_2);

/* Skewness of its rate signals, and what can be read of them: R2 of P1 and P2 on 100 s, their mean. */
double netresult_skewness(const netresult_t *r);
double netresult_slow(const netresult_t *r);

/* What is peaked is read more easily: that mean after 3 000 accelerated seconds, measured. Other signals must reach it
 * less NETRESULT_LESS. */
#define NETRESULT_LESS 0.15
double netresult_line(double skewness);

/* One line per run, then the table expected / got. Returns the number of rows that must hold and do not. */
size_t netresult_table(const netresult_t *r, size_t n);

#endif
