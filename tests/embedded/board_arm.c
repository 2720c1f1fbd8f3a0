/* tests/embedded/board_arm.c - a bare Cortex-M with an FPU: vectors, start, reset, and semihosting for output. No C
 * library is started. All memory but .kept is filled with a pattern first, so that nothing of an earlier life is found
 * there and the stack's depth can be seen. */
#include "board.h"

#include <string.h>

extern unsigned char data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];

enum {
    SYS_WRITE0 = 0x04,
    SYS_EXIT_EXTENDED = 0x20,
    PATTERN = 0xA5,
    TICK = 40 /* instructions: 1 ns each, the timer has 25 MHz */
};

#define AIRCR (*(volatile uint32_t *)0xE000ED0Cu)
#define SYST_CSR (*(volatile uint32_t *)0xE000E010u)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014u)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018u)

static int semihost(int operation, const void *argument) {
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static _Noreturn void leave(uint32_t status) {
    const uint32_t block[2] = {0x20026, status}; /* ADP_Stopped_ApplicationExit */
    semihost(SYS_EXIT_EXTENDED, block);
    for (;;) {
    }
}

void board_print(const char *text) { semihost(SYS_WRITE0, text); }

_Noreturn void board_reset(void) {
    AIRCR = 0x05FA0004u; /* SYSRESETREQ */
    for (;;) {
    }
}

uint32_t board_instructions(void) { return (0xFFFFFFu - SYST_CVR) * TICK; }

uint32_t board_stack(void) {
    const unsigned char *p = bss_end;
    while (p < stack_top && *p == PATTERN) p++;
    return (uint32_t)(stack_top - p);
}

static void on_fault(void) {
    board_print("fault\n");
    leave(3);
}

__attribute__((used)) static void start(unsigned char *stack) {
    unsigned char *p = data_start;
    while (p < stack - 64) *p++ = PATTERN; /* a loop in place: what is called has a stack too */
    memcpy(data_start, data_load, (size_t)(data_end - data_start));
    memset(bss_start, 0, (size_t)(bss_end - bss_start));
    SYST_RVR = 0xFFFFFFu;
    SYST_CVR = 0;
    SYST_CSR = 5; /* runs, with the processor's clock */
    leave((uint32_t)board_main());
}

/* Before any C: the FPU on (CPACR). */
void on_reset(void);
__attribute__((naked, used)) void on_reset(void) {
    __asm__("ldr r0, =0xE000ED88\n"
            "ldr r1, [r0]\n"
            "orr r1, r1, #0xF00000\n"
            "str r1, [r0]\n"
            "dsb\n"
            "isb\n"
            "mov r0, sp\n"
            "b start\n");
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top,        (void *)on_reset, (void *)on_fault, (void *)on_fault,
    (void *)on_fault, (void *)on_fault, (void *)on_fault,
};
