#include "config.h"

#include "base/neg-memory-use.h"

#include <string.h>
#include <sys/resource.h>

#define KIB_PER_MIB 1024.0

double
neg_memory_get_peak_mib (void)
{
  struct rusage usage;

  return getrusage (RUSAGE_SELF, &usage) == 0 ? (double) usage.ru_maxrss / KIB_PER_MIB : 0;
}

double
neg_memory_get_pss_mib (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/smaps_rollup", &text, NULL, NULL))
    return 0;
  line = strstr (text, "\nPss:");
  return line != NULL ? g_ascii_strtod (line + strlen ("\nPss:"), NULL) / KIB_PER_MIB : 0;
}
