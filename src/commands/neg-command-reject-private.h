/* The parts of the command "reject". */
#pragma once

#include "commands/neg-commands-agent.h"
#include "store/neg-rejections.h"

G_BEGIN_DECLS

typedef struct {
  char *study, *series, *code, *reason, *words, *from, *to, *by, *csv, *modality;
  char **objects;
  gint64 undo;
  gboolean repeat, list, report;
} NegRejectWish;

int _neg_command_reject_report (const NegCommandPlace *place, NegDatabase *reader, const NegRejectWish *wish, gboolean json);

G_END_DECLS
