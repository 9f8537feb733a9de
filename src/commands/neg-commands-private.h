/* What the commands share: option parsing, JSON, and waiting for one answer of the engines. */
#pragma once

#include <json-glib/json-glib.h>

#include "commands/neg-commands.h"
#include "pipeline/neg-pixels.h"
#include "pipeline/neg-series.h"
#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

#define NEG_EXIT_DONE 0
#define NEG_EXIT_FAILED 1
#define NEG_EXIT_USAGE 2

typedef int (*NegCommandFunc) (int argc, char **argv);

int neg_command_info (int argc, char **argv);
int neg_command_decode (int argc, char **argv);
int neg_command_render (int argc, char **argv);
int neg_command_measure (int argc, char **argv);
int neg_command_demo (int argc, char **argv);
int neg_command_hl7 (int argc, char **argv);
int neg_command_bench (int argc, char **argv);
int neg_command_import (int argc, char **argv);
int neg_command_studies (int argc, char **argv);
int neg_command_remove (int argc, char **argv);
int neg_command_echo (int argc, char **argv);
int neg_command_query (int argc, char **argv);
int neg_command_worklist_query (int argc, char **argv);
int neg_command_retrieve (int argc, char **argv);
int neg_command_send (int argc, char **argv);
int neg_command_commit (int argc, char **argv);
int neg_command_diagnose (int argc, char **argv);
int neg_command_worklist (int argc, char **argv);
int neg_command_prefetch (int argc, char **argv);
int neg_command_orders (int argc, char **argv);
int neg_command_correct (int argc, char **argv);
int neg_command_check (int argc, char **argv);
int neg_command_reject (int argc, char **argv);
int neg_command_training (int argc, char **argv);
int neg_command_feedback (int argc, char **argv);

/* Parses options into @entries and leaves the rest in *paths (given). A wrong option, or none of @paths where at least
 * @n_paths_min are needed, prints one line and returns FALSE: the caller returns NEG_EXIT_USAGE. --json, --home and
 * --config are added (--home only where @entries have none); *json is set. @help: what the command does. */
gboolean neg_command_parse (int *argc, char ***argv, const GOptionEntry *entries, const char *parameters,
                            const char *help, guint n_paths_min, char ***paths, gboolean *json);

/* Whose data: the values of --home and --config, NULL where not given. */
typedef struct {
  char *home, *config;
} NegCommandPlace;

void neg_command_place_clear (NegCommandPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegCommandPlace, neg_command_place_clear)

/* Likewise, for commands that work on a home. */
gboolean neg_command_parse_place (int *argc, char ***argv, const GOptionEntry *entries, const char *parameters,
                                  const char *help, guint n_paths_min, char ***paths, gboolean *json,
                                  NegCommandPlace *place);

/* One line on standard error; NEG_EXIT_FAILED. */
int neg_command_fail (const char *path, const GError *error);
int neg_command_usage (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* "error": {"code", "message", "where"} as a member of the object under way. */
void neg_json_add_error (JsonBuilder *builder, const GError *error);
void neg_json_add_string (JsonBuilder *builder, const char *name, const char *value); /* null when NULL */
void neg_json_add_strings (JsonBuilder *builder, const char *name, const char *const *strings); /* [] when NULL */
void neg_json_add_int (JsonBuilder *builder, const char *name, gint64 value);
void neg_json_add_double (JsonBuilder *builder, const char *name, double value); /* null when not finite */
void neg_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value);

/* Prints what was built, on one line; frees nothing. */
void neg_json_print (JsonBuilder *builder);

/* Blocks until the one answer is there. Not on the dispatcher thread. */
gboolean neg_wait_scan (NegEnginePool *pool, NegBlob *blob, NegScanResult *result, GError **error);
NegPixels *neg_wait_decode (NegEnginePool *pool, NegBlob *blob, const NegInstance *instance, guint32 frame,
                            NegFrameForm form, GError **error);

/* What a command is about: one frame of one object. */
typedef struct {
  NegBlob *blob;
  NegInstance *instance;
  guint32 frame;     /* in the object, from 0; not checked where a file was named */
  NegSeries *series; /* of which it is number index; NULL where a file was named */
  guint index;
} NegSubject;

/* Frame @index (from 0) of the file @path, or of the first series that a folder, DICOMDIR or archive holds, as one
 * scrolls through it. */
gboolean neg_subject_find (NegEnginePool *pool, const char *path, guint index, NegSubject *subject, GError **error);
void neg_subject_clear (NegSubject *subject);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegSubject, neg_subject_clear)

G_END_DECLS
