/* The module that plays a video through: loaded by an engine that was started for that (--video), before it seals itself, and by no
 * other. Thread: the main thread; GStreamer makes its own. */
#pragma once

#include "wire/neg-vet.h"

G_BEGIN_DECLS

#define NEG_VET_MODULE_FILE "neg-vet.so"
#define NEG_VET_MODULE_SYMBOL "neg_vet_module"

/* Of the processor, for one video: 20 minutes of the largest pictures may take longer and are refused then. */
#define NEG_VET_CPU_SECONDS 600

typedef struct {
  /* Everything that opens files; makes no thread. FALSE: GStreamer or a part that every video needs is missing. */
  gboolean (*prepare) (void);

  /* In the cage. The verdict is always filled in. */
  void (*vet) (int fd, NegVideoInfo *info);
} NegVetModule;

G_END_DECLS
