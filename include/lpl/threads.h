/* lpl/threads.h - processes that fork: one thread from then on.
 *
 * Threads exist only where a config asks for more than one. A process that has used them and forks leaves its child
 * with one thread and with an OpenMP runtime that waits for the others. So in the child every call runs on the caller's
 * thread, whatever the configs say: results do not depend on the number of threads, bit for bit, and an exec ends it.
 * The library sees to that by itself (pthread_atfork, when its first threads are started). This is the single exception
 * to "no global state": one atomic flag, written when the first threads are started and in children.
 *
 * What the library cannot see: threads that the host started with the same OpenMP runtime before the fork. Then call
 * lpl_one_thread first thing in the child. Fork while no call is running on another thread: an object in the middle of
 * a call stays there in the child. */
#ifndef LPL_THREADS_H
#define LPL_THREADS_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From now on, until this process ends, every call of the library runs on the thread that makes it; as in a child after
 * a fork. Configs, files and LPL_PARAM_THREADS keep their numbers. Async-signal-safe. Thread class: any. Since
 * 0.1.1. */
LPL_API void lpl_one_thread(void);

/* 1: this process has come to one thread, after a fork or by lpl_one_thread; else 0. Async-signal-safe.
 * Thread class: any. Since 0.1.1. */
LPL_API int32_t lpl_is_one_thread(void);

#ifdef __cplusplus
}
#endif
#endif
