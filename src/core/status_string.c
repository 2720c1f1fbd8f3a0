/* core/status_string.c - meanings of the status codes. Apart from their names: every message needs those, few programs
 * need these. */
#include "core/status_table.h"

const char *lpl_status_string(lpl_status_t status) {
    switch (status) {
#define TEXT_CASE(code, text) \
    case code: return text;
        LPLI_STATUS_TABLE(TEXT_CASE)
    default: return "not a status code of this version of liblpl";
    }
}
