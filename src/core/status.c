/* core/status.c - names of the status codes. */
#include "core/status_table.h"

const char *lpl_status_name(lpl_status_t status) {
    switch (status) {
#define NAME_CASE(code, text) \
    case code: return #code;
        LPLI_STATUS_TABLE(NAME_CASE)
    default: return "LPL_E_UNKNOWN";
    }
}
