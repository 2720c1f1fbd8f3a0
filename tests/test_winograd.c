/* tests/test_winograd.c - float32 convolutions by Winograd (conv/winograd.h) against im2col in double. */
#include "common/testing.h"

/* Odd and even maps, groups, any padding, batches around the widths of registers, each instruction set. Inputs and
 * weights are such that no sum is rounded, so maps agree exactly and so do winners; gradients to rounding. Three
 * threads give the same bits. */
START_TEST(winograd_like_im2col) {
    const int rounds = testing_rounds("winograd_like_im2col", 8, 3);
    for (int round = 0; round < rounds; round++) {
        const size_t groups = round == 5 ? 1 : testing_size(1, 2);
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
        c.kind = LPL_LAYER_CONV2D, c.channels = (uint32_t)(groups * testing_size(round % 2 ? 32 : 64, 70)),
        c.n_post = groups * testing_size(64, 70);
        c.height = (uint32_t)testing_size(4, 9), c.width = (uint32_t)testing_size(4, 9);
        c.batch_max = round % 2 ? testing_size(8, 16) : testing_size(17, 36);
        if (round == 5) c.height = 30, c.width = 20; /* more than one range of rows */
        c.groups = (uint32_t)groups, c.padding = (uint32_t)testing_size(0, 2), c.pool = (uint32_t)testing_size(1, 2);
        c.sees = round % 3 ? LPL_SEES_POOLED : LPL_SEES_POSITIONS, c.eps = 0.1, c.bias = 1;
        if (round > 5)
            c.activation = round == 6 ? LPL_ACT_GELU : LPL_ACT_SILU, c.pool = 2; /* z of the map is rounded then */
        const size_t M = (size_t)c.n_post, B = (size_t)c.batch_max, n = (size_t)c.channels * c.height * c.width,
                     fan = (size_t)c.channels / groups * 9;
        double *x0 = testing_doubles(B * n), *x1 = testing_doubles(B * n), *map = NULL, *dw = malloc(M * fan * 8),
               *db = malloc(M * 8), scale = 0;
        double *w = testing_doubles(M * fan), *zero = calloc(M, 8);
        float *wf = malloc(M * fan * 4), *f0 = malloc(B * n * 4), *f1 = malloc(B * n * 4), *z = NULL,
              *g[2] = {malloc(M * fan * 4), malloc(M * fan * 4)}, *db32 = malloc(M * 4), *none = calloc(M, 4);
        int vectors = 0;
        for (size_t k = 0; k < B * n; k++)
            f0[k] = (float)(x0[k] = rint(2 * x0[k])), f1[k] = (float)(x1[k] = rint(2 * x1[k]));
        for (size_t k = 0; k < M * fan; k++) wf[k] = (float)(w[k] = rint(4 * w[k]) / 64);
        for (int k = 0; k < 4; k++) { /* double; AVX2, AVX-512; the best with three threads */
            static const int32_t isa[4] = {LPL_ISA_REF, LPL_ISA_AVX2, LPL_ISA_AVX512, LPL_ISA_AUTO};
            lpl_layer_t *l;
            c.isa = isa[k], c.dtype = k == 0 ? LPL_F64 : LPL_F32, c.threads = k == 3 ? 3 : 1;
            const lpl_status_t made = lpl_layer_create(&c, &l);
            if (made == LPL_E_UNSUPPORTED) continue; /* not on this CPU */
            OK(made);
            double length;
            OK(lpl_layer_get(l, LPL_PARAM_N_OUT, &length));
            const size_t out = (size_t)length;
            if (k == 0) {
                OK(lpl_layer_write_f64(l, w, M * fan, LPL_STATE_WEIGHTS));
                OK(lpl_layer_write_f64(l, zero, M, LPL_STATE_BIAS));
                map = malloc(B * out * 8), z = malloc(B * out * 4);
                OK(lpl_forward_f64(l, map, out, x0, n, B));
                OK(lpl_gradient_f64(l, dw, fan, db, NULL, x0, n, x1, n, B));
                for (size_t j = 0; j < M * fan; j++) scale = fmax(scale, fabs(dw[j]));
            } else {
                double off = 0;
                size_t wrong = 0;
                OK(lpl_layer_write(l, wf, M * fan, LPL_STATE_WEIGHTS));
                OK(lpl_layer_write(l, none, M, LPL_STATE_BIAS));
                OK(lpl_forward(l, z, out, f0, n, B));
                OK(lpl_gradient(l, g[k == 3], fan, db32, NULL, f0, n, f1, n, B));
                for (size_t j = 0; j < B * out; j++)
                    wrong +=
                        round > 5 ? fabs((double)z[j] - map[j]) > 1e-6 * fabs(map[j]) + 1e-30 : (double)z[j] != map[j];
                for (size_t j = 0; j < M * fan; j++) off = fmax(off, fabs((double)g[k == 3][j] - dw[j]));
                ck_assert_uint_eq(wrong, 0);
                CLOSE(off, 0, 3e-6, scale);
                for (size_t j = 0; j < M; j++) CLOSE((double)db32[j], db[j], 1e-5, scale);
                if (k == 3 && vectors) ck_assert(memcmp(g[0], g[1], M * fan * 4) == 0);
                vectors = 1;
            }
            lpl_layer_destroy(l);
        }
        free(x0), free(x1), free(w), free(map), free(dw), free(db);
        free(wf), free(f0), free(f1), free(z), free(g[0]), free(g[1]), free(db32), free(none), free(zero);
    }
}
END_TEST

int main(void) {
    testing_seed("test_winograd", 20261124);
    Suite *s = suite_create("winograd");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, winograd_like_im2col);
    suite_add_tcase(s, t);
    return testing_run(s);
}
