/* What a site's people have learned, from progress/<person>.jsonl of its library folder: many computers append there, so everything in
 * it is hostile. What is no line of ours is counted and left out; what is there twice counts once.
 * Thread: any; it reads files of a folder that may be slow. */
#pragma once

#include <gio/gio.h>

#include "learning/neg-progress-line.h"

G_BEGIN_DECLS

#define NEG_PROGRESS_FOLDER "progress"
#define NEG_PROGRESS_FILES_MAX 10000u
#define NEG_PROGRESS_LINES_MAX 500000u

typedef struct {
  GPtrArray *lines; /* NegProgressLine, in the order of their ends */
  guint n_files;
  guint n_damaged; /* no line of ours, or too long */
  guint n_doubled;
  guint n_strange; /* another person's than the file's, or of a clock that is wrong */
  guint n_left_out; /* beyond the limits; a file that cannot be read counts as one */
} NegProgressFiles;

/* A name for a file of this person: letters, digits, '_', '-' and '.' stay (not at the beginning), others are %XX. Given. */
char *neg_progress_dup_file_name (const char *person);

/* Nothing of a site yet. */
NegProgressFiles *neg_progress_files_new (void);
void neg_progress_files_free (NegProgressFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegProgressFiles, neg_progress_files_free)

/* Takes @line: one of this home (is_own), which the site may have as well. Of one id the later counts, if it is the same sitting. */
void neg_progress_files_add (NegProgressFiles *files, NegProgressLine *line);
/* All of @library_folder. An error only where the folder of progress cannot be read; one that is not there is empty. */
gboolean neg_progress_files_read (NegProgressFiles *files, const char *library_folder, gint64 now_ms, GCancellable *cancellable,
                                  GError **error);
/* Once, when all are there: puts them in order. */
void neg_progress_files_sort (NegProgressFiles *files);

G_END_DECLS
