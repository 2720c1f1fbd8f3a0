/* tests/test_movies.c - the world of examples/paper/movies.c: noise fields, gazes, videos and pictures from files,
 * simple cells and what tells complex ones. */
#include "common/testing.h"

#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_PNG
#include <png.h>
#endif

#include "worlds/cellslearn.h"
#include "worlds/noisefield.h"
#include "worlds/output.h"
#include "worlds/stills.h"
#include "worlds/videofile.h"

/* ---- noise ---- */

START_TEST(transform_by_definition) {
    enum { N = 16, STEP = 3 };
    double z[2 * N * STEP], was[2 * N * STEP];
    for (int k = 0; k < 2 * N * STEP; k++) z[k] = was[k] = testing_real();
    noisefield_transform(z, N, STEP);
    for (int k = 0; k < N; k++) {
        double re = 0, im = 0;
        for (int j = 0; j < N; j++) {
            const double angle = 2 * acos(-1) * j * k / N;
            re += was[2 * j * STEP] * cos(angle) - was[2 * j * STEP + 1] * sin(angle);
            im += was[2 * j * STEP] * sin(angle) + was[2 * j * STEP + 1] * cos(angle);
        }
        CLOSE(z[2 * k * STEP], re, 1e-12, 10);
        CLOSE(z[2 * k * STEP + 1], im, 1e-12, 10);
    }
    for (int k = 0; k < 2 * N * STEP; k++) ck_assert(k / 2 % STEP == 0 || z[k] == was[k]); /* nothing between */
}
END_TEST

/* Zero mean, unit variance, and amplitudes that fall as 1 / f: times f they are the same in each octave. */
START_TEST(spectrum_of_noise) {
    enum { SIDE = 128, N = 4 };
    grey_t g[N], again[2];
    double octave[6] = {0}, count[6] = {0};
    noisefield_make(g, N, SIDE, 5);
    noisefield_make(again, 2, SIDE, 5);
    ck_assert(memcmp(g[1].p, again[1].p, SIDE * SIDE * sizeof(float)) == 0);
    ck_assert(memcmp(g[0].p, g[1].p, SIDE * SIDE * sizeof(float)) != 0);
    for (int k = 0; k < N; k++) {
        double mean = 0, square = 0, *z = calloc(2 * SIDE * SIDE, sizeof *z);
        for (int i = 0; i < SIDE * SIDE; i++) {
            z[2 * i] = (double)g[k].p[i];
            mean += z[2 * i] / (SIDE * SIDE), square += z[2 * i] * z[2 * i] / (SIDE * SIDE);
        }
        CLOSE(mean, 0, 1e-6, 1);
        CLOSE(square, 1, 1e-6, 1);
        for (size_t i = 0; i < SIDE; i++) noisefield_transform(z + 2 * i * SIDE, SIDE, 1);
        for (size_t i = 0; i < SIDE; i++) noisefield_transform(z + 2 * i, SIDE, SIDE);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                const double f = hypot(x <= SIDE / 2 ? x : SIDE - x, y <= SIDE / 2 ? y : SIDE - y);
                const int o = f >= 2 && f < SIDE / 2 ? (int)log2(f) : 0;
                const double *at = z + 2 * (y * SIDE + x);
                octave[o] += (at[0] * at[0] + at[1] * at[1]) * f * f, count[o]++;
            }
        free(z);
    }
    for (int o = 3; o < 6; o++) CLOSE(octave[o] / count[o] / (octave[2] / count[2]), 1, 0.3, 1);
    for (int k = 0; k < N; k++) grey_free(&g[k]);
    grey_free(&again[0]), grey_free(&again[1]);
}
END_TEST

/* ---- gazes ---- */

START_TEST(between_pixels) {
    float p[6] = {0, 1, 4, 10, 20, 40};
    const grey_t g = {3, 2, p};
    ck_assert(grey_at(&g, 0, 0, false) == 0 && grey_at(&g, 2, 1, false) == 40 && grey_at(&g, 1, 1, true) == 20);
    CLOSE((double)grey_at(&g, 1.5, 0, false), 2.5, 1e-6, 1);
    CLOSE((double)grey_at(&g, 0.5, 0.5, false), (0 + 1 + 10 + 20) / 4.0, 1e-6, 1);
    CLOSE((double)grey_at(&g, 2.5, 0, true), 2, 1e-6, 1); /* between the last column and the first */
    CLOSE((double)grey_at(&g, -0.5, 1.5, true), (40 + 10 + 4 + 0) / 4.0, 1e-6, 1);
    CLOSE((double)grey_at(&g, 7, -1, true), 20, 1e-6, 1);
}
END_TEST

/* A picture that tells where the gaze is: its value is the column, or 1000 times the row. */
static grey_t ramp(size_t width, size_t height) {
    grey_t g = {width, height, malloc(width * height * sizeof(float))};
    for (size_t k = 0; k < width * height; k++) g.p[k] = (float)(k % width + 1000 * (k / width));
    return g;
}

START_TEST(gaze_over_pictures) {
    enum { N = 3000 };
    grey_t g = ramp(60, 40);
    gaze_t a = gaze_pictures(&g, 1, false, 1.5, N, 7), b = gaze_pictures(&g, 1, false, 1.5, N, 7),
           c = gaze_pictures(&g, 1, false, 1.5, N, 8);
    ck_assert(memcmp(a.frame, b.frame, N * GAZE_PIXELS * sizeof(float)) == 0);
    ck_assert(memcmp(a.frame, c.frame, N * GAZE_PIXELS * sizeof(float)) != 0);
    ck_assert_uint_eq(a.scenes, N / GAZE_SCENE);
    double square = 0, steps = 0, jumps = 0;
    for (int t = 0; t < N; t++) {
        const double at = (double)a.frame[t * GAZE_PIXELS];
        ck_assert_int_eq(a.scene[t], t / GAZE_SCENE);
        /* the window is whole: its far corner is the near one and 17 columns and rows on */
        CLOSE((double)a.frame[t * GAZE_PIXELS + GAZE_PIXELS - 1] - at, 17017, 1e-5, 17017);
        ck_assert(at > -0.01 && at <= 22042.01);
        if (t == 0) continue;
        const double change = (at - (double)a.frame[(t - 1) * GAZE_PIXELS]) / 1000; /* rows, and a little of columns */
        if (a.scene[t] == a.scene[t - 1])
            square += change * change, steps++;
        else
            jumps = fmax(jumps, fabs(change));
    }
    ck_assert_msg(sqrt(square / steps) > 0.7 * 1.5 / sqrt(2) && sqrt(square / steps) < 1.3 * 1.5 / sqrt(2),
                  "rows a frame: %g", sqrt(square / steps));
    ck_assert(jumps > 10);
    gaze_free(&a), gaze_free(&b), gaze_free(&c), grey_free(&g);
}
END_TEST

/* Shots of 20, 3 and 1 frames, told apart by their brightness. */
START_TEST(gaze_in_a_video) {
    enum { W = 24, H = 21, SHOTS = 7 };
    static const int length[SHOTS] = {20, 3, 1, 40, 1, 1, 12};
    gaze_video_t v = {.width = W, .height = H};
    gaze_t g;
    v.p = malloc(100 * W * H);
    for (int s = 0; s < SHOTS; s++)
        for (int k = 0; k < length[s]; k++, v.n++)
            for (int q = 0; q < W * H; q++) v.p[v.n * W * H + (size_t)q] = (uint8_t)(s % 2 * 120 + s * 8 + q % W % 2);
    gaze_measure(&v);
    ck_assert_uint_eq(v.cuts, SHOTS - 1);
    ck_assert(v.cut[20] && v.cut[23] && v.cut[24] && !v.cut[21]);
    ck_assert(gaze_follow(&g, &v, 1, 2000, 3));
    size_t longest = 0, run = 0;
    for (size_t t = 0; t < g.n; t++) {
        const float *now = g.frame + t * GAZE_PIXELS;
        run = t > 0 && g.scene[t] == g.scene[t - 1] ? run + 1 : 1;
        longest = run > longest ? run : longest;
        if (run > 1) CLOSE((double)now[40], (double)now[40 - GAZE_PIXELS], 2 / v.sd, 1); /* one shot */
    }
    ck_assert_uint_eq(longest, GAZE_SCENE);
    ck_assert_int_eq(g.scene[g.n - 1], (int)g.scenes - 1);
    gaze_free(&g);
    v.n = 2;
    v.cut[1] = true;
    ck_assert(!gaze_follow(&g, &v, 1, 100, 3)); /* no two frames belong together */
    gaze_video_free(&v);
}
END_TEST

START_TEST(pairs_of_a_scene) {
    const int32_t scene[10] = {0, 0, 0, 1, 2, 2, 2, 2, 3, 3};
    static const size_t pairs[4] = {6, 3, 1, 0};
    for (size_t lag = 1; lag <= 4; lag++) ck_assert_uint_eq(cellslearn_pairs(scene, 10, lag), pairs[lag - 1]);
}
END_TEST

/* ---- cells ---- */

/* A rectified sine: pi / 2 in 24 steps. Four phases together: complex, and orientation is read at any phase. */
START_TEST(simple_and_complex) {
    enum { N = 600, D = CELLS_ORIENTATIONS };
    grey_t field[2];
    noisefield_make(field, 2, 128, 1);
    gaze_t g = gaze_pictures(field, 2, true, 1, N, 1);
    for (int normalised = 0; normalised < 2; normalised++) {
        cells_t c = cells_create(&g, N, normalised);
        float *s = malloc(N * CELLS_SIMPLE * sizeof *s), *z = calloc(N * D, sizeof *z),
              *gs = malloc((CELLS_GRATINGS + 1) * CELLS_SIMPLE * sizeof *gs),
              *gz = calloc((CELLS_GRATINGS + 1) * D, sizeof *gz);
        cells_result_t *r = malloc(2 * sizeof *r);
        cells_respond(&c, s, g.frame, N);
        cells_gratings(&c, gs, 1.4);
        double sd = 0;
        for (int k = 0; k < CELLS_SIMPLE; k++) {
            double mean = 0, square = 0;
            for (int t = 0; t < N; t++) mean += (double)s[t * CELLS_SIMPLE + k] / N;
            for (int t = 0; t < N; t++) square += pow((double)s[t * CELLS_SIMPLE + k] - mean, 2) / N;
            sd += sqrt(square) / CELLS_SIMPLE;
        }
        CLOSE(sd, 1, 1e-5, 1);
        cells_judge(&r[0], gs, s, g.scene, N, CELLS_SIMPLE, false, 1);
        ck_assert_msg(r[0].median > 1.55 && r[0].median < 1.60, "F1/F0 of simple cells: %g", r[0].median);
        ck_assert(r[0].complex == 0 && r[0].live == CELLS_SIMPLE && r[0].selectivity > 0.6);
        /* squares of the two filters of a pair: their sum does not know the phase */
        for (int i = 0; i < D; i++)
            for (int k = 0; k < CELLS_PHASES; k++) {
                const int from = (i * CELLS_PHASES + k) * CELLS_POSITIONS + CELLS_POSITIONS / 2;
                for (int t = 0; t < N; t++) z[t * D + i] += s[t * CELLS_SIMPLE + from] * s[t * CELLS_SIMPLE + from];
                for (int t = 0; t <= CELLS_GRATINGS; t++)
                    gz[t * D + i] += gs[t * CELLS_SIMPLE + from] * gs[t * CELLS_SIMPLE + from];
            }
        cells_judge(&r[1], gz, z, g.scene, N, D, true, 1);
        ck_assert_msg(r[1].median < 0.1 && r[1].complex == 1, "F1/F0 of energies: %g", r[1].median);
        ck_assert(r[1].decoding[2] > 0.5 && fabs(r[1].decoding[2] - r[1].decoding[0]) < 0.1);
        ck_assert(r[1].slowness < r[0].slowness && r[1].memory > r[0].memory);
        free(s), free(z), free(gs), free(gz), free(r);
        cells_free(&c);
    }
    gaze_free(&g), grey_free(&field[0]), grey_free(&field[1]);
}
END_TEST

/* Silent cells count nowhere; without a living one nothing is known, which no bound lets pass. */
START_TEST(silent_cells) {
    enum { N = 60, D = 3 };
    float *gz = calloc((CELLS_GRATINGS + 1) * D, sizeof *gz), z[N * D] = {0};
    int32_t scene[N] = {0};
    cells_result_t *r = malloc(sizeof *r);
    for (int k = 0; k < CELLS_GRATINGS; k++) gz[k * D + 1] = 1;
    for (int t = 0; t < N; t++) z[t * D + 1] = (float)testing_real(), z[t * D + 2] = (float)(1e-5 * testing_real());
    cells_judge(r, gz, z, scene, N, D, true, 1);
    ck_assert(r->live == 1 && r->median == 0 && r->complex == 1 && isnan(r->ratio[0]) && isnan(r->ratio[2]));
    ck_assert(r->slowness > 0.5);
    memset(z, 0, sizeof z), memset(gz, 0, (CELLS_GRATINGS + 1) * D * sizeof *gz);
    cells_judge(r, gz, z, scene, N, D, true, 1);
    ck_assert(r->live == 0 && isnan(r->median) && isnan(r->complex) && isnan(r->slowness) && isnan(r->decoding[2]));
    ck_assert(isnan(cells_correlation(z, scene, N, D, 1)));
    free(gz), free(r);
}
END_TEST

/* ---- videos ---- */

static char folder[] = "/tmp/lpl-test-XXXXXX";

static FILE *write_file(char *path, size_t size, const char *name) {
    snprintf(path, size, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    ck_assert(f != NULL);
    return f;
}

static uint8_t pixel(size_t frame, size_t x, size_t y) { return (uint8_t)(16 + (frame * 40 + 3 * x + 5 * y) % 200); }

START_TEST(raw_frames) {
    char path[120], why[400];
    uint8_t grey[35];
    FILE *f = write_file(path, sizeof path, "raw");
    for (size_t t = 0; t < 3; t++)
        for (size_t k = 0; k < 35; k++) putc(pixel(t, k % 7, k / 7), f);
    putc(1, f);
    fclose(f);
    f = fopen(path, "rb");
    videofile_t *v = videofile_raw(f, "raw", 7, 5, why, sizeof why);
    ck_assert(v != NULL && videofile_width(v) == 7 && videofile_height(v) == 5 && videofile_expected(v) == 0);
    for (size_t t = 0; t < 3; t++) {
        ck_assert_int_eq(videofile_next(v, grey, why, sizeof why), 1);
        for (size_t k = 0; k < 35; k++) ck_assert_int_eq(grey[k], pixel(t, k % 7, k / 7));
    }
    ck_assert_int_eq(videofile_next(v, grey, why, sizeof why), -1);
    ck_assert(strstr(why, "ends in the middle of frame 4, after 1 of its 35 bytes") != NULL);
    videofile_close(v);
    rewind(f);
    v = videofile_raw(f, "raw", 53, 2, why, sizeof why); /* 106 bytes are one frame */
    uint8_t whole[106];
    ck_assert_int_eq(videofile_next(v, whole, why, sizeof why), 1);
    ck_assert_int_eq(videofile_next(v, grey, why, sizeof why), 0);
    videofile_close(v);
    v = videofile_raw(f, "raw", 5, 5, why, sizeof why); /* at its end */
    ck_assert_int_eq(videofile_next(v, grey, why, sizeof why), -1);
    ck_assert(strstr(why, "holds no frame") != NULL);
    videofile_close(v);
    fclose(f);
    ck_assert(videofile_raw(NULL, "raw", 0, 5, why, sizeof why) == NULL && strstr(why, "0 x 5") != NULL);
    ck_assert(videofile_raw(NULL, "raw", 20000, 5, why, sizeof why) == NULL);
}
END_TEST

enum { WIDE = 41, TALL = 23, FRAMES = 5 };

/* Frames without compression, as ffmpeg -pix_fmt gray writes them: YUV4MPEG2. */
static void write_video(const char *name, char *path, size_t size) {
    FILE *f = write_file(path, size, name);
    fprintf(f, "YUV4MPEG2 W%d H%d F25:1 Ip A1:1 Cmono\n", WIDE, TALL);
    for (size_t t = 0; t < FRAMES; t++) {
        fprintf(f, "FRAME\n");
        for (int k = 0; k < WIDE * TALL; k++) putc(pixel(t, (size_t)k % WIDE, (size_t)k / WIDE), f);
    }
    fclose(f);
}

START_TEST(a_video_file) {
    char path[120], why[700];
    uint8_t grey[WIDE * TALL];
    write_video("video.y4m", path, sizeof path);
    videofile_t *v = videofile_open(path, 0, why, sizeof why);
    if (!videofile_can()) {
        ck_assert(v == NULL && strstr(why, "without FFmpeg's libraries") != NULL);
        printf("left out: video files (built without FFmpeg's libraries)\n");
        return;
    }
    ck_assert_msg(v != NULL, "%s", why);
    ck_assert(videofile_width(v) == WIDE && videofile_height(v) == TALL);
    for (size_t t = 0; t < FRAMES; t++) {
        ck_assert_msg(videofile_next(v, grey, why, sizeof why) == 1, "%s", why);
        for (int k = 0; k < WIDE * TALL; k++)
            ck_assert(abs(grey[k] - pixel(t, (size_t)k % WIDE, (size_t)k / WIDE)) <= 1);
    }
    ck_assert_int_eq(videofile_next(v, grey, why, sizeof why), 0);
    videofile_close(v);
    v = videofile_open(path, 20, why, sizeof why); /* scaled, in proportion */
    ck_assert(v != NULL && videofile_width(v) == 20 && videofile_height(v) == 11);
    ck_assert_int_eq(videofile_next(v, grey, why, sizeof why), 1);
    videofile_close(v);
    v = videofile_open(path, 1000, why, sizeof why); /* never up */
    ck_assert(v != NULL && videofile_width(v) == WIDE);
    videofile_close(v);
}
END_TEST

START_TEST(videos_that_are_none) {
    char path[120], why[700];
    uint8_t grey[WIDE * TALL];
    if (!videofile_can()) return;
    FILE *f = write_file(path, sizeof path, "cut.ppm"); /* a picture that ends too early */
    fprintf(f, "P5\n%d %d\n255\n", WIDE, TALL);
    for (int k = 0; k < WIDE * TALL - 100; k++) putc(k % 200, f);
    fclose(f);
    videofile_t *v = videofile_open(path, 0, why, sizeof why);
    ck_assert(v == NULL || videofile_next(v, grey, why, sizeof why) == -1);
    ck_assert_msg(strstr(why, "cut.ppm: is damaged at frame 1") != NULL, "%s", why);
    videofile_close(v);
    f = write_file(path, sizeof path, "empty.mp4");
    fclose(f);
    ck_assert(videofile_open(path, 0, why, sizeof why) == NULL && strstr(why, "cannot be opened as a video") != NULL);
    f = write_file(path, sizeof path, "text.mp4");
    for (int k = 0; k < 5000; k++) fprintf(f, "%d bottles\n", k);
    fclose(f);
    ck_assert(videofile_open(path, 0, why, sizeof why) == NULL && strstr(why, "text.mp4") != NULL);
    f = write_file(path, sizeof path, "sound.wav"); /* 8 kHz, 8 bits, 800 samples: no pictures in it */
    fwrite("RIFF\x44\x03\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x20\x03\0\0", 1, 44,
           f);
    for (int k = 0; k < 800; k++) putc(128 + k % 7, f);
    fclose(f);
    ck_assert(videofile_open(path, 0, why, sizeof why) == NULL && strstr(why, "holds no pictures") != NULL);
    snprintf(path, sizeof path, "%s/nothing.mp4", folder);
    ck_assert(videofile_open(path, 0, why, sizeof why) == NULL);
    ck_assert(videofile_open(folder, 0, why, sizeof why) == NULL);
    ck_assert(videofile_open("http://localhost:9/x.mp4", 0, why, sizeof why) == NULL); /* a file of this name */
    f = write_file(path, sizeof path, "list.txt"); /* a list of other files is not followed */
    fprintf(f, "ffconcat version 1.0\nfile '%s/video.y4m'\n", folder);
    fclose(f);
    v = videofile_open(path, 0, why, sizeof why);
    if (v != NULL) ck_assert_int_ne(videofile_next(v, grey, why, sizeof why), 1);
    videofile_close(v);
}
END_TEST

/* ---- pictures ---- */

/* As PNG, or as a format that needs no library to be written. */
#ifdef HAVE_PNG
#define PICTURE "png"
static void write_picture(const char *path, const uint8_t *rgb, int width, int height) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    image.width = (png_uint_32)width, image.height = (png_uint_32)height, image.format = PNG_FORMAT_RGB;
    ck_assert(png_image_write_to_file(&image, path, 0, rgb, 0, NULL) != 0);
}
#else
#define PICTURE "ppm"
static void write_picture(const char *path, const uint8_t *rgb, int width, int height) {
    FILE *f = fopen(path, "wb");
    fprintf(f, "P6\n%d %d\n255\n", width, height);
    fwrite(rgb, 3, (size_t)(width * height), f);
    fclose(f);
}
#endif

START_TEST(pictures_of_a_folder) {
    char path[120], sub[80], why[700];
    uint8_t rgb[3 * 50 * 30];
    grey_t *picture = NULL;
    size_t n = 0;
    snprintf(sub, sizeof sub, "%s/pictures", folder);
    ck_assert(!stills_read(&picture, &n, sub, 19, why, sizeof why) &&
              strstr(why, "no folder that can be read") != NULL);
    for (int k = 0; k < 3 * 50 * 30; k++) rgb[k] = (uint8_t)(k / 3 % 50 * 4);
    ck_assert_int_eq(mkdir(sub, 0777), 0);
    snprintf(path, sizeof path, "%s/b.%s", sub, PICTURE);
    write_picture(path, rgb, 50, 30);
    memset(rgb, 77, sizeof rgb);
    snprintf(path, sizeof path, "%s/a.%s", sub, PICTURE); /* of one brightness: left out */
    write_picture(path, rgb, 50, 30);
    if (!stills_read(&picture, &n, sub, 19, why, sizeof why)) { /* PPM, and nothing to read it with */
        ck_assert(strstr(why, "no pictures") != NULL || strstr(why, "without") != NULL);
        printf("left out: pictures (built without libpng and FFmpeg's libraries)\n");
        return;
    }
    ck_assert_uint_eq(n, 1);
    ck_assert(picture[0].width == 50 && picture[0].height == 30);
    double sum = 0, square = 0;
    for (int k = 0; k < 1500; k++) sum += (double)picture[0].p[k], square += pow((double)picture[0].p[k], 2);
    CLOSE(sum, 0, 1e-3, 1);
    CLOSE(square / 1500, 1, 1e-5, 1);
    ck_assert(picture[0].p[0] < picture[0].p[10] && picture[0].p[10] < picture[0].p[49]);
    stills_free(picture, n);
    ck_assert(!stills_read(&picture, &n, sub, 31, why, sizeof why) &&
              strstr(why, "50 x 30 pixels, need at least 31") != NULL);
    snprintf(path, sizeof path, "%s/pictures/c.png", folder);
    FILE *f = fopen(path, "wb");
    fputs("not a picture", f);
    fclose(f);
    ck_assert(!stills_read(&picture, &n, sub, 19, why, sizeof why) && strstr(why, "c.png") != NULL);
    remove(path);
    /* of many the first by name are taken, whatever the order in which the folder holds them: columns tell which */
    snprintf(sub, sizeof sub, "%s/many", folder);
    ck_assert_int_eq(mkdir(sub, 0777), 0);
    for (int k = 0; k < 3 * 50 * 30; k++) rgb[k] = (uint8_t)(k / 3 % 50 * 4);
    for (int k = STILLS_MOST + 20; k > 0; k--) {
        snprintf(path, sizeof path, "%s/%05d.%s", sub, k, PICTURE);
        write_picture(path, rgb, k > STILLS_MOST ? 20 : 50, 30);
    }
    ck_assert_msg(stills_read(&picture, &n, sub, 19, why, sizeof why), "%s", why);
    ck_assert_uint_eq(n, STILLS_MOST);
    for (size_t k = 0; k < n; k++) ck_assert_uint_eq(picture[k].width, 50);
    stills_free(picture, n);
    snprintf(sub, sizeof sub, "%s/words", folder);
    ck_assert_int_eq(mkdir(sub, 0777), 0);
    snprintf(path, sizeof path, "%s/words.txt", sub);
    f = fopen(path, "wb");
    fputs("no picture", f);
    fclose(f);
    ck_assert(!stills_read(&picture, &n, sub, 19, why, sizeof why) &&
              strstr(why, "no pictures in this folder") != NULL);
}
END_TEST

/* CIFAR-10's files: doubled, grey. */
START_TEST(pictures_of_a_data_set) {
    char path[120], why[700];
    grey_t *picture = NULL;
    size_t n = 0;
    char sub[80];
    snprintf(sub, sizeof sub, "%s/cifar", folder);
    ck_assert_int_eq(mkdir(sub, 0777), 0);
    FILE *f = write_file(path, sizeof path, "cifar/data_batch_1.bin");
    for (int k = 0; k < 2 * 3073; k++) putc(k % 3073 == 0 ? 3 : k % 251, f);
    fclose(f);
    ck_assert_msg(stills_read(&picture, &n, sub, 19, why, sizeof why), "%s", why);
    ck_assert_uint_eq(n, 2);
    ck_assert(picture[1].width == 64 && picture[1].height == 64 && picture[1].p[0] == picture[1].p[65]);
    stills_free(picture, n);
    f = fopen(path, "ab");
    putc(0, f);
    fclose(f);
    ck_assert(!stills_read(&picture, &n, sub, 19, why, sizeof why) && strstr(why, "data_batch_1.bin") != NULL);
}
END_TEST

int main(void) {
    testing_seed("movies", 20261128);
    output_guard("test_movies");
    if (mkdtemp(folder) == NULL) return EXIT_FAILURE;
    Suite *s = suite_create("movies");
    TCase *c = tcase_create("all");
    tcase_add_test(c, transform_by_definition);
    tcase_add_test(c, spectrum_of_noise);
    tcase_add_test(c, between_pixels);
    tcase_add_test(c, gaze_over_pictures);
    tcase_add_test(c, gaze_in_a_video);
    tcase_add_test(c, pairs_of_a_scene);
    tcase_add_test(c, simple_and_complex);
    tcase_add_test(c, silent_cells);
    tcase_add_test(c, raw_frames);
    tcase_add_test(c, a_video_file);
    tcase_add_test(c, videos_that_are_none);
    tcase_add_test(c, pictures_of_a_folder);
    tcase_add_test(c, pictures_of_a_data_set);
    suite_add_tcase(s, c);
    const int status = testing_run(s);
    char command[80];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? status : EXIT_FAILURE;
}
