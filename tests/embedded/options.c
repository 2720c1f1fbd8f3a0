/* tests/embedded/options.c - what a library with parts left out says and still does: options OPTION ("CONV", "F64",
 * "MALLOC", "RULES", "STDIO", "TEXT"; "" for none). Run by tests/tools/options.sh. Exit status 0 if all is as
 * docs/embedded.md says. */
#include <lpl.h>

#include <stdio.h>
#include <string.h>

static unsigned char memory[1 << 16] __attribute__((aligned(64))), state[1 << 15];
static size_t used, at;

static int32_t put(const void *buf, size_t n, void *user) {
    (void)user;
    if (n > sizeof state - used) return -1;
    memcpy(state + used, buf, n);
    used += n;
    return 0;
}

static int32_t get(void *buf, size_t n, void *user) {
    (void)user;
    if (n > used - at) return 1;
    memcpy(buf, state + at, n);
    at += n;
    return 0;
}

static int failures;

/* The status, and a part of the sentence (NULL: any). */
static void expect(const char *what, lpl_status_t got, lpl_status_t want, const char *text) {
    const int ok = got == want && (!text || strstr(lpl_last_error(), text));
    if (!ok) fprintf(stderr, "%s: %s, \"%s\"\n", what, lpl_status_name(got), lpl_last_error());
    failures += !ok;
}

int main(int argc, char **argv) {
    const char *off = argc > 1 ? argv[1] : "";
    const int no_conv = !strcmp(off, "CONV"), no_f64 = !strcmp(off, "F64"), no_rules = !strcmp(off, "RULES"),
              no_text = !strcmp(off, "TEXT");
    lpl_layer_config_t c;
    size_t bytes, align;
    lpl_layer_t *l;
    float x[12], z[4];
    for (int k = 0; k < 12; k++) x[k] = (float)k / 8 - 0.5f;

    expect("dense", lpl_layer_config_init(&c, sizeof c), LPL_OK, NULL);
    expect("preset", lpl_layer_preset(&c, LPL_PRESET_STREAM), LPL_OK, NULL);
    c.n_pre = 12, c.n_post = 4;
    lpl_layer_config_t f64 = c, conv = c, bad = c, other = c;
    f64.dtype = LPL_F64;
    expect("float64", lpl_layer_size(&f64, &bytes, &align), no_f64 ? LPL_E_UNSUPPORTED : LPL_OK,
           no_f64 ? "built with F64=no" : NULL);
    conv.kind = LPL_LAYER_CONV2D, conv.n_pre = 0, conv.channels = 3, conv.height = conv.width = 2;
    expect("convolution", lpl_layer_size(&conv, &bytes, &align), no_conv ? LPL_E_UNSUPPORTED : LPL_OK,
           no_conv ? "built with CONV=no" : NULL);
    for (other.rule = LPL_RULE_HEBB; other.rule <= LPL_RULE_SOFTHEBB; other.rule++)
        expect("comparison rule", lpl_layer_size(&other, &bytes, &align), no_rules ? LPL_E_UNSUPPORTED : LPL_OK,
               no_rules ? "built with RULES=no" : NULL);
    bad.tau_mean = 0;
    expect("sentence", lpl_layer_size(&bad, &bytes, &align), LPL_E_ARG, "LPL_E_ARG lpl_layer_size");
    if ((strstr(lpl_last_error(), "tau_mean") != NULL) == no_text)
        failures++, fprintf(stderr, "sentence: %s\n", lpl_last_error());

    for (int kind = 0; kind < (no_conv ? 1 : 2); kind++) { /* a step, a batch, saved and loaded */
        const lpl_layer_config_t *cfg = kind ? &conv : &c;
        used = at = 0;
        expect("create_in", lpl_layer_create_in(memory, sizeof memory, cfg, &l), LPL_OK, NULL);
        expect("online", lpl_update_online(l, z, NULL, x), LPL_OK, NULL);
        expect("update", lpl_update(l, NULL, x, 12, x, 12, 1), LPL_OK, NULL);
        expect("save", lpl_layer_save(l, put, NULL), LPL_OK, NULL);
        lpl_layer_destroy(l);
        expect("load_in", lpl_layer_load_in(memory, sizeof memory, get, NULL, 1, &l), LPL_OK, NULL);
        expect("online again", lpl_update_online(l, z, NULL, x), LPL_OK, NULL);
    }
    return failures > 0;
}
