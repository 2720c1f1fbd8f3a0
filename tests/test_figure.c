/* tests/test_figure.c - figures (examples/worlds/figure.h): every kind of mark by each program that draws, what is
 * refused, and the words that people and screen readers get. And options (cli.h), which every program has. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worlds/cli.h"
#include "worlds/figure.h"
#include "common/folder.h"
#include "common/testing.h"

static char text[1 << 20];

static void remove_all(void) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    folder_teardown();
    (void)write_file; /* of folder.h, not needed here */
}

/* A file of the folder as a string; "" if it is not there. */
static const char *contents(const char *name) {
    FILE *f = fopen(path_of(name), "rb");
    const size_t n = f != NULL ? fread(text, 1, sizeof text - 1, f) : 0;
    text[n] = '\0';
    if (f != NULL) fclose(f);
    return text;
}

/* Three panels with a mark of every kind but PICTURE (test_room's world has one). */
static bool everything(const char *name) {
    static const char *const names[2] = {"it's", "a \"word\""};
    figure_t f;
    if (!figure_open(&f, path_of("out"), name, 1200, 700, "Everything & 'more' <here>", "Fig. 0",
                     "Line one of what is to be seen, < and & and all."))
        return false;
    figure_csv(&f, NULL);
    figure_data(&f, "x,y,e\n");
    for (int block = 0; block < 2; block++) {
        for (int k = 1; k < 9; k++) figure_data(&f, "%d,%g,%g\n", k, k * 0.5 + block, 0.1 * k);
        figure_data(&f, "\n\n");
    }
    figure_csv(&f, "map");
    figure_data(&f, "x,y,z,g,b\n");
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 4; x++) figure_data(&f, "%d,%d,%d,%d,%d\n", x, y, x * y, 20 * x, 50 * y);
    figure_csv(&f, "matrix");
    figure_data(&f, "1,2,3\n-1,-2,-3\n");
    figure_grid(&f, 2, 2, NULL);
    figure_panel(&f, &(figure_panel_t){.title = "lines",
                                       .x = {"time", "ms", 0, 10, .step = 2},
                                       .y = {"depth of it all", "1", 0.05, 20, .log = true},
                                       .zero = true,
                                       .grid = true,
                                       .legend = FIGURE_ABOVE});
    for (int kind = FIGURE_LINE; kind <= FIGURE_STEPS; kind++)
        figure_mark(&f, &(figure_mark_t){kind, kind == FIGURE_BOTH ? "of both" : NULL, .block = kind % 2, .x = 1,
                                         .y = 2, .e = kind < FIGURE_STEPS ? 3 : 0, .y_by = 1 + kind, .colour = kind,
                                         .dash = kind % 3, .hollow = kind % 4});
    figure_mark(&f, &(figure_mark_t){FIGURE_BAND, .x = 1, .y = 2, .e = 3, .colour = FIGURE_SKY});
    figure_mark(&f, &(figure_mark_t){FIGURE_VERTICAL, "then", .at = {5}});
    figure_mark(&f, &(figure_mark_t){FIGURE_HORIZONTAL, .at = {1}});
    figure_mark(&f, &(figure_mark_t){FIGURE_NOTE, "a note", .at = {5, 0.5}});
    figure_panel(&f, &(figure_panel_t){.title = "bars",
                                       .x = {.names = names, .n_names = 2, .low = -1, .high = 9},
                                       .y = {"height", "m", 0, NAN},
                                       .legend = FIGURE_TOP_LEFT});
    figure_mark(&f, &(figure_mark_t){FIGURE_BARS, .x = 1, .y = 2, .size = 0.4, .x_plus = -0.5, .colour = 4});
    figure_mark(&f, &(figure_mark_t){FIGURE_ARROW, "both ways", .at = {1, 2}, .colour = 2});
    figure_panel(
        &f, &(figure_panel_t){
                .title = "map", .x = {"u", "1"}, .y = {"v", "1"}, .low = -6, .high = 6, .scale = "what z is (Hz)"});
    figure_mark(&f, &(figure_mark_t){FIGURE_MAP, .part = "map", .x = 1, .y = 2, .e = 3});
    figure_panel(
        &f,
        &(figure_panel_t){
            .title = "matrix", .low = -3, .high = 3, .square = true, .y = {.low = -0.5, .high = 1.5, .down = true}});
    figure_mark(&f, &(figure_mark_t){FIGURE_MATRIX, .part = "matrix"});
    return figure_close(&f);
}

/* "gnuplot" or "matplotlib": is it there? */
static bool there(const char *drawer) {
    return system(strcmp(drawer, "gnuplot") == 0 ? "gnuplot --version > /dev/null 2>&1"
                                                 : "python3 -c 'import matplotlib' > /dev/null 2>&1 || "
                                                   "/usr/bin/python3 -c 'import matplotlib' > /dev/null 2>&1") == 0;
}

START_TEST(drawn) {
    static const char *const drawers[2] = {"gnuplot", "matplotlib"};
    static const char *const words[] = {"<title>Everything &amp; 'more' &lt;here&gt;</title>",
                                        "<desc>Line one of what is to be seen, &lt; and &amp; and all.</desc>",
                                        "time (ms)",
                                        "depth of it all",
                                        "height (m)",
                                        "what z is (Hz)",
                                        "of both",
                                        "a note",
                                        "both ways",
                                        "it's",
                                        "role=\"img\"",
                                        "viewBox=\"0 0 1200 700\"",
                                        "</svg>"};
    ck_assert(figure_drawer(drawers[_i]));
    if (!there(drawers[_i])) return;
    ck_assert(everything("all"));
    const char *svg = contents("out/all.svg");
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        ck_assert_msg(strstr(svg, words[k]) != NULL, "%s: no '%s'", drawers[_i], words[k]);
    ck_assert_ptr_null(strstr(svg, "Produced by GNUPLOT"));
    ck_assert_ptr_null(strstr(svg, ">Gnuplot<"));
    ck_assert_ptr_null(strstr(svg, "depth of it all (1)")); /* a plain number has no unit */
    ck_assert_str_eq(contents("out/all.txt"), "program: \nwhere: Fig. 0\ntitle: Everything & 'more' <here>\n\n"
                                              "Line one of what is to be seen, < and & and all.\n");
}
END_TEST

/* As JSON and as a gnuplot script, whoever draws; the same panels in both. */
START_TEST(scripts) {
    char command[2000];
    ck_assert(figure_drawer("none"));
    ck_assert(everything("kept"));
    ck_assert_int_ne(access(path_of("out/kept.svg"), F_OK), 0);
    const char *gp = contents("out/data/kept.gp");
    ck_assert_ptr_nonnull(strstr(gp, "' index 0 using ")); /* without it gnuplot draws all blocks */
    ck_assert_ptr_nonnull(strstr(gp, "' index 1 using "));
    ck_assert_ptr_null(strstr(gp, "' using "));
    size_t plots = 0;
    for (const char *p = gp; (p = strstr(p, "\nplot ")) != NULL; p++) plots++;
    ck_assert_uint_eq(plots, 4);
    ck_assert_ptr_nonnull(strstr(gp, "'it''s'"));
    const char *json = contents("out/data/kept.json");
    ck_assert_ptr_nonnull(strstr(json, "a \\\"word\\\""));
    if (system("python3 -c pass > /dev/null 2>&1") != 0) return;
    snprintf(command, sizeof command,
             "python3 -c 'import json, sys; sys.exit(len(json.load(open(sys.argv[1]))[\"panels\"]) != 4)' %s",
             path_of("out/data/kept.json"));
    ck_assert_int_eq(system(command), 0);
}
END_TEST

/* In a process of its own: a figure that is not whole makes its program fail, and so it would this one. */
START_TEST(an_axis_has_a_unit) {
    const pid_t child = fork();
    if (child == 0) {
        figure_t f;
        bool right = figure_drawer("none") && figure_open(&f, path_of("out"), "bare", 400, 300, "t", "w", "c");
        figure_panel(&f, &(figure_panel_t){.x = {.label = "time"}, .y = {"y", "1"}});
        right = right && !figure_close(&f);
        right = right && figure_open(&f, path_of("out"), "bare", 400, 300, "t", "w", "c");
        right = right && figure_close(&f); /* no panel: nothing to draw */
        right = right && !figure_drawer("inkscape");
        _exit(right ? 0 : 1);
    }
    int status;
    ck_assert(waitpid(child, &status, 0) == child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(numbers) {
    static const struct {
        double v;
        int digits;
        const char *text;
    } row[] = {{-0.001, 2, "0.00"}, {-0.0, 1, "0.0"}, {-0.006, 2, "-0.01"}, {0.125, 1, "0.1"}, {-3, 0, "-3"}};
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++)
        ck_assert_str_eq(figure_number(row[k].v, row[k].digits), row[k].text);
}
END_TEST

START_TEST(nearest) {
    static const char *const names[] = {"out", "sigma", "seed", "steps"};
    ck_assert_str_eq(cli_nearest("output", names, 4), "out");
    ck_assert_str_eq(cli_nearest("sed", names, 4), "seed");
    ck_assert_str_eq(cli_nearest("sig", names, 4), "sigma");
    ck_assert_str_eq(cli_nearest("stpes", names, 4), "steps");
    ck_assert_ptr_null(cli_nearest("wavelength", names, 4));
    ck_assert_ptr_null(cli_nearest("", names, 0));
}
END_TEST

/* What the program says of a command line, and its status. */
static int said(char *const *words, int n, const char **folder) {
    static long steps;
    const cli_option_t list[] = {{"steps", 0, CLI_INT, &steps, 1, 1e9, "N", "of it"}};
    const cli_t cli = {.program = "example",
                       .summary = "does it",
                       .equation = "  y = x",
                       .options = list,
                       .n_options = 1,
                       .folder = folder};
    fflush(stderr);
    const int kept = dup(STDERR_FILENO), kept_out = dup(STDOUT_FILENO);
    ck_assert(freopen(path_of("said"), "w", stderr) != NULL);
    fflush(stdout);
    ck_assert(dup2(STDERR_FILENO, STDOUT_FILENO) >= 0);
    const int status = cli_parse(&cli, n, (char **)words);
    fflush(stdout), fflush(stderr);
    dup2(kept, STDERR_FILENO), dup2(kept_out, STDOUT_FILENO);
    close(kept), close(kept_out);
    contents("said");
    return status;
}

START_TEST(options) {
    const char *folder = "here";
    char *out[] = {"example", "--out", "there", "--steps=3", "--draw", "none"};
    ck_assert_int_eq(said(out, 6, &folder), -1);
    ck_assert_str_eq(folder, "there");
    char *old[] = {"example", "--output", "x"};
    ck_assert_int_eq(said(old, 3, &folder), 2);
    ck_assert_ptr_nonnull(strstr(text, "did you mean --out?"));
    char *draw[] = {"example", "--draw", "gnuplt"};
    ck_assert_int_eq(said(draw, 3, &folder), 2);
    ck_assert_ptr_nonnull(strstr(text, "did you mean gnuplot?"));
    char *version[] = {"example", "--version"};
    ck_assert_int_eq(said(version, 2, &folder), 0);
    ck_assert_ptr_nonnull(strstr(text, lpl_version()));
    char *versoin[] = {"example", "--versoin"};
    ck_assert_int_eq(said(versoin, 2, &folder), 2);
    ck_assert_ptr_nonnull(strstr(text, "did you mean --version?"));
    char *help[] = {"example", "-h"};
    cli_called_by("lpl-demo ");
    ck_assert_int_eq(said(help, 2, &folder), 0);
    ck_assert_ptr_nonnull(strstr(text, "Usage: lpl-demo example [options]"));
    ck_assert_ptr_nonnull(strstr(text, "-o, --out FOLDER"));
    ck_assert_int_eq(said(help, 2, NULL), 0);
    ck_assert_ptr_null(strstr(text, "--out"));
    ck_assert_ptr_null(strstr(text, "--draw"));
    char *late[] = {"example", "--steps", "3", "--out", "--help", "--help"}; /* a folder of that name; then help */
    folder = "here";
    ck_assert_int_eq(said(late, 6, &folder), 0);
    ck_assert_ptr_nonnull(strstr(text, "(here)")); /* the default */
    ck_assert_str_eq(folder, "here");
    char *large[] = {"example", "--steps", "1000000001"};
    ck_assert_int_eq(said(large, 3, &folder), 2);
    ck_assert_ptr_nonnull(strstr(text, "need a whole number from 1 to 1000000000"));
    char *line[] = {"example", "--one-line"};
    ck_assert_int_eq(said(line, 2, NULL), 0);
    ck_assert_ptr_nonnull(strstr(text, "does it"));
}
END_TEST

int main(void) {
    testing_seed("figure", 5);
    Suite *s = suite_create("figure");
    TCase *t = tcase_create("figure");
    tcase_add_checked_fixture(t, folder_setup, remove_all);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, drawn, 0, 2);
    tcase_add_test(t, scripts);
    tcase_add_test(t, an_axis_has_a_unit);
    tcase_add_test(t, numbers);
    tcase_add_test(t, nearest);
    tcase_add_test(t, options);
    suite_add_tcase(s, t);
    return testing_run(s);
}
