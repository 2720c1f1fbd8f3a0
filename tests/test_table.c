/* tests/test_table.c - the table "expected / got" of the figures' programs: verdicts, counts, columns. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worlds/table.h"
#include "common/testing.h"

/* What print() writes to standard output. */
static char printed[8000];
static void capture(void (*print)(table_t *t), table_t *t) {
    FILE *f = tmpfile();
    size_t n;
    int kept;
    ck_assert_ptr_nonnull(f);
    fflush(stdout);
    kept = dup(STDOUT_FILENO);
    dup2(fileno(f), STDOUT_FILENO);
    print(t);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    rewind(f);
    n = fread(printed, 1, sizeof printed - 1, f);
    printed[n] = '\0';
    fclose(f);
}

static void verdicts(table_t *t) {
    table_begin(t, "title");
    t->source = "theory: x";
    table_near(t, TABLE_MUST, 1, 1.04, 0.05, "near");                        /* ok */
    table_near(t, TABLE_MUST, 1, 1.06, 0.05, "too far");                     /* FAIL */
    table_near(t, TABLE_SHOULD, 1, 1.06, 0.05, "marked");                    /* differs */
    table_near(t, TABLE_MUST, 1, (double)NAN, 0.05, "no number");            /* FAIL */
    table_near(t, TABLE_MUST, (double)NAN, (double)NAN, 0, "none expected"); /* ok */
    table_near(t, TABLE_MUST, (double)NAN, 1, 0, "none expected, one got");  /* FAIL */
    table_below(t, TABLE_MUST, 1, 1, "not below");                           /* FAIL */
    table_below(t, TABLE_MUST, 1, 0.9, "below");                             /* ok */
    table_below(t, TABLE_MUST, 1, (double)NAN, "below, no number");          /* FAIL */
    table_above(t, TABLE_MUST, 1, 1, "not above");                           /* FAIL */
    table_above(t, TABLE_MUST, 1, (double)NAN, "above, no number");          /* FAIL */
    table_between(t, TABLE_MUST, 1, 2, 2, "between");                        /* ok */
    table_between(t, TABLE_MUST, 1, 2, 2.1, "not between");                  /* FAIL */
    table_between(t, TABLE_MUST, 1, 2, (double)NAN, "between, no number");   /* FAIL */
    table_not_comparable(t, "nobody has it", 3, "%d of a kind", 4);
    t->source = "";
    table_near(t, TABLE_MUST, 1, 1, 0, "without a source"); /* ok */
    ck_assert_uint_eq(table_end(t), 9);
}

START_TEST(rows) {
    table_t t;
    capture(verdicts, &t);
    ck_assert_uint_eq(t.rows, 15);
    ck_assert_uint_eq(t.missed, 10);
    ck_assert_uint_eq(t.missed_musts, 9);
    ck_assert_msg(strstr(printed, "\ntitle\nquantity  ") != NULL, "%s", printed);
    ck_assert_msg(strstr(printed, "5 of 15 as expected; 9 that must hold failed\n") != NULL, "%s", printed);
    static const struct {
        const char *what, *end;
    } row[] = {{"near ", "1.000       1.040       0.050  ok       theory: x"},
               {"too far ", "1.000       1.060       0.050  FAIL     theory: x"},
               {"marked ", "1.000       1.060       0.050  differs  theory: x"},
               {"none expected ", "NaN         NaN              ok       theory: x"},
               {"not below ", "< 1.000       1.000              FAIL     theory: x"},
               {"not between ", "1..2       2.100              FAIL     theory: x"},
               {"4 of a kind ", "            3.000              -        not comparable: nobody has it"},
               {"without a source ", "1.000       1.000       0.000  ok       (no source)"}};
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        char line[300], *end;
        char *at = strstr(printed, row[k].what);
        ck_assert_msg(at != NULL && at[-1] == '\n', "%s", row[k].what);
        snprintf(line, sizeof line, "%s", at);
        *strchr(line, '\n') = '\0';
        end = line + strlen(line) - strlen(row[k].end);
        ck_assert_str_eq(end, row[k].end);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table");
    TCase *t = tcase_create("table");
    tcase_add_test(t, rows);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
