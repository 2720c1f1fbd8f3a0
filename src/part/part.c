/* part/part.c - see include/lpl/part.h. */
#include "lpl/part.h"

#include "core/error.h"
#include "state/fields.h"
#include "state/part_state.h"

lpl_status_t lpl_part_range(uint64_t *first, uint64_t *n, uint64_t n_global, uint64_t n_parts, uint64_t part) {
    static const char fn[] = "lpl_part_range";
    if (!first || !n) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", first ? "n" : "first");
    LPLI_TRY(lpli_check_count(n_global, 0, UINT64_C(1) << 32, fn, "n_global"));
    LPLI_TRY(lpli_check_count(n_parts, 1, UINT64_C(1) << 31, fn, "n_parts"));
    LPLI_TRY(lpli_check_count(part, 0, n_parts - 1, fn, "part"));
    *first = n_global * part / n_parts;
    *n = n_global * (part + 1) / n_parts - *first;
    return LPL_OK;
}

lpl_status_t lpl_part_info_init(lpl_part_info_t *info, size_t size) {
    static const lpl_part_info_t empty = {.size = sizeof(lpl_part_info_t)};
    return lpli_config_init(info, size, &empty, sizeof empty, "lpl_part_info_init");
}

/* Where the first record of a state, integers, has what is asked for: lif/lif_state.c and its kin. */
static const struct {
    char tag[5];
    uint8_t n, step;
} place[] = {
    [LPL_PART_LIF] = {"LIF_", 3, 7},
    [LPL_PART_PROJECTION] = {"PROJ", 4, 9},
    [LPL_PART_SPIKING] = {"SPIK", 3, 13},
    [LPL_PART_RECORD] = {"RECO", 1, 3},
};

static int32_t kind_of(const char *tag) {
    for (int32_t k = LPL_PART_LIF; k < (int32_t)LPLI_COUNT_OF(place); k++)
        if (memcmp(tag, place[k].tag, 4) == 0) return k;
    return LPL_PART_OTHER;
}

/* Behind its numbers: the reals, and perhaps the part. */
static lpl_status_t look(lpl_part_info_t *info, lpli_reader_t *r) {
    static const char object[] = "a population, a projection or a recorder";
    uint64_t number[LPLI_FIELDS_MAX] = {0};
    if (r->length % 8 != 0 || r->length / 8 > LPLI_FIELDS_MAX || r->length / 8 <= place[info->kind].step)
        return lpli_fail(LPL_E_FORMAT, r->fn, "record %s has %llu bytes", r->tag, (unsigned long long)r->length);
    LPLI_TRY(lpli_read_u64(r, number, (size_t)(r->length / 8)));
    info->n = number[place[info->kind].n], info->step = number[place[info->kind].step];
    LPLI_TRY(lpli_read_expect(r, "PARM", object));
    LPLI_TRY(lpli_read_skip(r));
    LPLI_TRY(lpli_part_read(r, info->n, &info->first, &info->n_global));
    return r->held && !r->at_end ? lpli_read_skip(r) : LPL_OK; /* the one that was no PART */
}

lpl_status_t lpl_part_look(lpl_part_info_t *info, lpl_read_fn read, void *user) {
    static const char fn[] = "lpl_part_look";
    if (!info || !read) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", info ? "read" : "info");
    lpl_part_info_t own = {.size = sizeof own}, check;
    lpli_reader_t r;
    LPLI_TRY(lpli_config_copy(&check, sizeof check, info, fn));
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_read_next(&r));
    own.kind = r.at_end ? LPL_PART_OTHER : kind_of(r.tag);
    if (own.kind != LPL_PART_OTHER)
        LPLI_TRY(look(&own, &r));
    else if (!r.at_end)
        LPLI_TRY(lpli_read_skip(&r));
    for (;;) {
        LPLI_TRY(lpli_read_next(&r));
        if (r.at_end) break;
        LPLI_TRY(lpli_read_skip(&r));
    }
    own.bytes = r.position;
    return lpli_config_init(info, info->size, &own, sizeof own, fn);
}
