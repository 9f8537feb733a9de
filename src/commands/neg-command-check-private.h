/* What `check` reads before it checks: objects of paths, by study, with what their pixels were like. Thread: the main one. */
#pragma once

#include "commands/neg-commands-private.h"
#include "quality/neg-quality.h"

G_BEGIN_DECLS

typedef struct {
  char *uid; /* "" of what could not be read */
  NegQualityStudy *study;
  GPtrArray *objects; /* NegQualityObject, borrowed from the study */
} NegCheckStudy;

/* NegCheckStudy, given, in the order in which they were met. *has_failed: something could not be read. */
GPtrArray *neg_check_read (NegEnginePool *pool, const NegQualityRules *rules, const char *const *paths, gboolean *has_failed);

/* The other studies of @studies as neighbours of each. */
void neg_check_add_neighbours (GPtrArray *studies);
/* What the archive in @folder knows of each: orders, other studies, what was announced; nothing where there is no archive. */
gboolean neg_check_add_archived (GPtrArray *studies, const char *folder, GTimeZone *zone, GError **error);

G_END_DECLS
