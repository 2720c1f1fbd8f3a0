"""tests/site/fragments.py - what stands around the pieces of C in docs/*.md, so that they can be compiled.

AROUND[page] has an entry for each piece that is not whole by itself, in their order: declarations that it takes for
granted, and what "..." in it stands for. A piece of a page that is not listed must compile as it is. None: no C, though
it looks like it (a diagram of calls).
"""

AROUND = {
    "bindings": [("lpl_layer_t *layer;", "")],
    "connect": [("lpl_projection_config_t cfg = {0}; lpl_projection_t *p;", "")],
    "embedded": [("float z[16]; void fault(const char *); const float *next_frame(void); int time_to_save(void); "
                  "int32_t to_flash(const void *, size_t, void *);", "")],
    "file": [("lpl_layer_t *l;", ""),
             ("typedef struct { int epoch; lpl_stack_t *body; lpl_stats_t *norm; } model_t; model_t m;", "abort();")],
    "layer": [("int depth = 0; lpl_layer_t *layer[9]; lpl_report_t report[9]; float *x0[9], *x1[9]; "
               "size_t n[9], batch = 1;", ""),
              ("lpl_layer_t *l; lpl_report_t r; double eta = 1; size_t n = 1, batch = 1; float *x0, *x1; "
               "void save(lpl_layer_t *);", ""),
              ("lpl_layer_config_t cfg;", ""),
              ("lpl_layer_t *l, *target; lpl_report_t report; float *x0, *x1, *z; "
               "size_t ldx0 = 1, ldx1 = 1, batch = 1, units = 1;", "")],
    "lif": [("lpl_lif_t *p;", ""),
            ("lpl_spiking_t *s; float *g, *v; uint32_t *pre, *spikes; size_t n_spk, n_pre_spk = 0; "
             "void my_neurons_step(float *, uint32_t *, size_t *, float *);", ""),
            ("lpl_projection_t *input;", "")],
    "mpi": [("int argc; char **argv; uint64_t *ptr, n, n_post_global = 9; uint32_t *fired, cells = 0; "
             "lpl_network_t *net; size_t step = 0, steps = 0, d = 8;",
             {"... make the parts, a network of them, and a group \"cells\" of all ranks' neurons "
              "(lpl_network_add_remote) ...": ""}),
            ("lpl_mpi_t m; lpl_status_t s; uint64_t note[3]; int part; lpl_file_save_fn write_mine;", "")],
    "network": [("lpl_source_t *source; lpl_lif_t *population; lpl_spiking_t *plastic; lpl_projection_t *inhibit; "
                 "lpl_record_t *record;", ""),
                ("lpl_network_t *net; size_t d = 8; uint32_t theirs = 0, *neuron; uint64_t *ptr;",
                 {"... exchange what lpl_network_spikes_into has shown ...": ""})],
    "optim": [("double eta, epoch = 0; lpl_layer_t *layer;", "")],
    "own_spiking": [("lpl_spiking_t *s;", {"... 3 tau_mean ...": ""}), ("lpl_spiking_t *s;", ""),
                    ("lpl_spiking_config_t cfg; lpl_network_t *net; void look(void);", {"...\n": "\n"})],
    "part": [("lpl_network_t *net; lpl_lif_t *population; lpl_source_t *source; lpl_spiking_t *recurrent, *forward; "
              "uint64_t n_global = 9, n_inputs = 9, first = 0, *ptr, *theirs_ptr; size_t d = 8, room = 0; "
              "uint32_t own, all, in, *neuron, *theirs;",
              {"... each process sends ptr and neuron to all others ...": ""})],
    "projection": [None],
    "random": [("uint64_t seed = 0, stream = 0;", "")],
    "record": [("uint64_t *step, stored, lost, rows; uint32_t *neuron, *bins, *spikes, health; size_t n_spk = 0; "
                "double mean_hz;", {"each step: ": ""})],
    "reduce": [("lpl_layer_t *layer; lpl_report_t report; float *x0, *x1; size_t n = 1, my_rows = 0; int comm; "
                "lpl_reduce_fn reduce;", "")],
    "rule": [("size_t n_post = 1, n_pre = 1, batch = 1; float *z, *fprime, *a, *delta, *z_prev, *w, *bias, *x; "
              "lpl_report_t report;", {"...\n": "\n"})],
    "source": [("size_t g, n, k; lpl_source_t *group[5]; uint32_t spikes[500], *post; lpl_spiking_t *s; float *v;",
                "post, 0, v")],
    "spiking": [("lpl_connect_t connect; uint64_t t, steps = 0; float *v, *g; uint32_t *pre, *post; "
                 "size_t n_pre_spk = 0, n_post_spk; void my_neurons(float *, uint32_t *, size_t *);", "")],
    "stack": [("lpl_layer_config_t block[8]; float *view0, *view1, *features, *images; "
               "size_t n = 1, n_out = 1, batch = 1;", "&block[1], &block[2]")],
    "state": [("lpl_layer_t *l;", "")],
    "stats": [("float *z;", "")],
    "status": [("lpl_layer_config_t cfg = {0};", "")],
}
