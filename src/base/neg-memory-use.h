/* What this process takes, as the kernel counts it; 0 where it does not. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The most that was resident, shared memory included. */
double neg_memory_get_peak_mib (void);
/* Resident now, shared pages divided among those who share them. */
double neg_memory_get_pss_mib (void);

G_END_DECLS
