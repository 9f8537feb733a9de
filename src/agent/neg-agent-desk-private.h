/* What the parts of the desk share. */
#pragma once

#include "agent/neg-agent-desk.h"
#include "quality/neg-quality.h"
#include "store/neg-desk.h"

G_BEGIN_DECLS

/* [quality] of the site. */
typedef struct {
  NegQualityRules *rules;
  GTimeZone *zone;
  gint64 quiet_us; /* quiet=: seconds after the last object */
  gboolean is_on;  /* checks= */
} NegDeskSettings;

void _neg_desk_settings_clear (NegDeskSettings *settings);
gboolean _neg_desk_settings_read (const NegSite *site, NegDeskSettings *settings, GError **error);

/* A file whose pixels have still to be looked at. */
typedef struct {
  char *name, *path;
  NegObjectRecord *record;
  gboolean wants_digest; /* of all its frames */
} NegDeskFile;

void _neg_desk_file_free (NegDeskFile *file);

/* A study with all that is known around it. */
typedef struct {
  gint64 study_id;
  gint64 due_us; /* as it was when it was looked at; 0: it is checked, or not on the desk */
  char *study_uid;
  NegQualityStudy *study;
  GPtrArray *files; /* NegDeskFile */
} NegDeskCase;

void _neg_desk_case_free (NegDeskCase *one);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegDeskCase, _neg_desk_case_free)

/* Blocks while files are read that have no facts. */
NegDeskCase *_neg_desk_gather (NegAgent *agent, NegDatabase *reader, gint64 study_id, const NegQualityRules *rules,
                               GCancellable *cancellable, GError **error);

/* Looks at the pixels of @file, and notes it; also that they cannot be decoded. FALSE: it cannot be noted, or has been cancelled. */
gboolean _neg_desk_look_at_pixels (NegAgent *agent, const NegDeskFile *file, GCancellable *cancellable, GError **error);

/* As they are noted. @pixels nullable: they cannot be decoded, says @why, or (@why "") there is nothing to be said of them. */
char *_neg_desk_pixels_format (const NegQualityPixels *pixels, const char *why);
/* NULL and *why: as it was noted; NULL and no *why: this is no such note. Both given. */
NegQualityPixels *_neg_desk_pixels_parse (const char *facts, const char *digest, char **why);

/* What only whole data sets tell of @objects (NegQualityObject); nothing of those that cannot be read. */
void _neg_desk_read_tags (NegAgent *agent, GPtrArray *objects, GCancellable *cancellable);

G_END_DECLS
