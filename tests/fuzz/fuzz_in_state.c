/* tests/fuzz/fuzz_in_state.c - fuzz target: any bytes as the state file of a layer that is loaded into the caller's
 * memory. load_size and load_in say what lpl_layer_load says, write nothing outside the memory that load_size asked
 * for, and make the same layer. */
#include "fuzz/layers.h"

/* "LPL_E_FORMAT lpl_layer_load: text" without the name of the function. */
static const char *detail(void) {
    const char *at = strstr(lpl_last_error(), ": ");
    return at ? at : "";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    memfile_t f = {.data = (uint8_t *)(uintptr_t)data, .n = size}, log_a = {0}, log_b = {0}, file_a = {0}, file_b = {0};
    lpl_layer_t *a = NULL, *b = NULL;
    char text[256];
    const lpl_status_t status = fuzz_status(lpl_layer_load(memfile_read, &f, STATE_BYTES, 1, &a));
    if (status < 0) strcpy(text, detail());
    f.at = 0;
    size_t bytes = 0, align = 0;
    const lpl_status_t sized = fuzz_status(lpl_layer_load_size(memfile_read, &f, 1, &bytes, &align));
    FUZZ_NEED((sized == LPL_OK) == (bytes > 0) && (bytes > 0) == (align > 0));
    if (sized < 0) {
        FUZZ_NEED(sized == status && strcmp(text, detail()) == 0);
        return 0;
    }
    if (bytes > STATE_BYTES) {
        FUZZ_NEED(status == LPL_E_MEMORY);
        return 0;
    }
    unsigned char *block = malloc(bytes + align), *mem = block; /* its end, where a sanitizer sees it, is the layer's */
    FUZZ_NEED(block);
    while ((uintptr_t)(mem + bytes) % align != 0 || (uintptr_t)mem % align != 0) mem++;
    memset(block, 0xA5, bytes + align);
    f.at = 0;
    FUZZ_NEED(lpl_layer_load_in(mem, bytes - 1, memfile_read, &f, 1, &b) == LPL_E_MEMORY && b == NULL);
    for (size_t k = 0; k < bytes + align; k++) FUZZ_NEED(block[k] == 0xA5);
    f.at = 0;
    FUZZ_NEED(fuzz_status(lpl_layer_load_in(mem, bytes, memfile_read, &f, 1, &b)) == status &&
              (status == LPL_OK) == (b != NULL));
    if (status < 0) FUZZ_NEED(strcmp(text, detail()) == 0);
    for (unsigned char *p = block; p < block + bytes + align; p++)
        FUZZ_NEED((p >= mem && p < mem + bytes) || *p == 0xA5);
    if (status == LPL_OK) {
        for (size_t t = 0; t < 4; t++) layer_step(a, t, &log_a), layer_step(b, t, &log_b);
        state_same(&log_a, &log_b);
        FUZZ_NEED(layer_save(a, &file_a) == layer_save(b, &file_b));
        state_same(&file_a, &file_b);
    }
    lpl_layer_destroy(a), lpl_layer_destroy(b), free(block);
    return 0;
}

size_t fuzz_seed(size_t k, uint8_t *data, size_t room) { return k < LAYER_SEEDS ? layer_seed(k, data, room) : 0; }
