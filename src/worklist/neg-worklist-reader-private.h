/* The thread that reads for the list: one connection, one job at a time, in the order in which they were asked, but that
 * a newer question interrupts and replaces an older one.
 * Thread: any, unless said. */
#pragma once

#include <gio/gio.h>

#include "store/neg-entries.h"
#include "worklist/neg-worklist-model.h"

G_BEGIN_DECLS

#define NEG_WORKLIST_PAGE 100u
#define NEG_WORKLIST_SHORT 1000u /* entries: lists up to this are read whole */
#define NEG_WORKLIST_COUNT_LIMIT 1000000u

typedef struct _NegWorklistReader NegWorklistReader;

typedef enum {
  NEG_WORKLIST_FIRST, /* the first page of a new list, and the chips' counts */
  NEG_WORKLIST_COUNT, /* how many there are */
  NEG_WORKLIST_PAGES, /* some pages */
  NEG_WORKLIST_AGAIN, /* counts, how many, and the wanted pages; all of a short list */
} NegWorklistWhat;

typedef struct {
  NegWorklistWhat what;
  guint question;      /* number of the query that it answers */
  GArray *pages;       /* guint: wanted, and got */
  GPtrArray *entries;  /* of NegEntry: got, page after page */
  guint n_found;
  NegEntryCounts counts;
  GError *error;       /* nullable */
} NegWorklistAnswer;

/* In the main context of whoever made the reader. */
typedef void (*NegWorklistReply) (NegWorklistAnswer *answer, gpointer user_data);

NegWorklistReader *_neg_worklist_reader_new (const char *data_folder, const char *cache_folder, NegWorklistReply reply,
                                             gpointer user_data);
/* No reply comes any more. Waits for what is running, which is interrupted. */
void _neg_worklist_reader_free (NegWorklistReader *reader);

/* FIRST and COUNT of a new query; the number of the question. */
guint _neg_worklist_reader_ask (NegWorklistReader *reader, const NegEntryQuery *query);
/* The first rows of the question are replied before this returns, if they are there within @limit_us. */
void _neg_worklist_reader_wait (NegWorklistReader *reader, gint64 limit_us);
/* Of the same query. @pages: guint. */
void _neg_worklist_reader_ask_pages (NegWorklistReader *reader, NegWorklistWhat what, GArray *pages);

/* On the reader's thread. NULL with an error, or the result, for g_task_return_pointer(). @database is NULL when there is
 * no archive. */
typedef gpointer (*NegWorklistWork) (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query,
                                     gint64 entry_id, const char *user, GError **error);
void _neg_worklist_reader_run (NegWorklistReader *reader, GTask *task, NegWorklistWork work, gint64 entry_id,
                               const char *user, GDestroyNotify free_result);

/* Of another query than the list's, after what a person waits for; its result is not freed. */
void _neg_worklist_reader_run_later (NegWorklistReader *reader, GTask *task, NegWorklistWork work,
                                     const NegEntryQuery *query);

const char *_neg_worklist_reader_get_data_folder (NegWorklistReader *reader);
const char *_neg_worklist_reader_get_cache_folder (NegWorklistReader *reader);

NegWorklistReader *_neg_worklist_model_get_reader (NegWorklistModel *self);

NegEntryQuery *_neg_entry_query_copy (const NegEntryQuery *query);
void _neg_entry_query_free (NegEntryQuery *query);

G_END_DECLS
