/* The parts of the tag inspector:
 *   neg-tags-window.c          the window and its controls
 *   neg-tags-window-objects.c  which objects: following the viewport, comparing, a whole series
 *   neg-tags-window-documents.c  objects without images, to be looked at in the image's place
 *   neg-tags-window-find.c     searching
 *   neg-tags-window-copy.c     what leaves by the clipboard
 *   neg-tags-window-remarks.c  what the standard has against the object */
#pragma once

#include "ui/neg-tags-view.h"
#include "ui/neg-tags-window.h"

G_BEGIN_DECLS

#define NEG_TYPE_TAGS_WINDOW (neg_tags_window_get_type ())
G_DECLARE_FINAL_TYPE (NegTagsWindow, neg_tags_window, NEG, TAGS_WINDOW, GtkWindow)

/* An object that no viewport shows. */
typedef struct {
  NegBlob *blob;         /* owned reference */
  NegInstance *instance; /* owned reference */
  char *name;            /* as it is shown */
} NegTagsDocument;

struct _NegTagsWindow {
  GtkWindow parent_instance;

  NegReading *reading;
  NegEnginePool *pool; /* borrowed */
  NegTagsPreviousFunc previous;
  NegTagsObjectsFunc objects;
  gpointer user_data; /* of both */

  /* What is shown */
  NegSeries *series; /* nullable: nothing */
  guint index;
  guint64 blob_id;
  NegTagsRows *rows; /* nullable */
  guint generation;  /* of what was asked for last: older answers are nobody's */
  guint refresh_source;
  GCancellable *cancellable; /* of the series that is being read; nullable */
  GPtrArray *choices; /* of what can be compared with */
  GPtrArray *documents; /* NegTagsDocument, of the patient shown */
  guint64 document_id;  /* blob of the one that is shown in the image's place; 0: none */
  gboolean is_choosing; /* the list of choices is being made anew */

  GPtrArray *hits; /* NegTagsRow, borrowed of rows */
  guint hit;

  NegTagsView *view; /* NULL: the window is closed for good */
  GtkLabel *object_label, *hits_label, *words, *remarks_title;
  GtkToggleButton *follow, *varies;
  GtkCheckButton *only;
  GtkDropDown *compare, *document;
  GtkEditable *search;
  GtkWidget *progress_row, *question, *question_safe, *remarks_scrolled;
  GtkProgressBar *progress;
  GtkListBox *remarks;
  GtkWidget *copy_selected;
};

/* Something is wrong, or NULL: nothing is. */
void _neg_tags_window_say (NegTagsWindow *self, const char *words);

/* The active viewport shows another image, or has a choice been made: once, soon. */
void _neg_tags_window_queue_refresh (NegTagsWindow *self);
void _neg_tags_window_refresh (NegTagsWindow *self);
/* Nothing of a patient who is not shown any more, from now on. */
void _neg_tags_window_forget_other_patient (NegTagsWindow *self);
void _neg_tags_window_cancel (NegTagsWindow *self);
GtkWidget *_neg_tags_window_new_compare (NegTagsWindow *self);
/* A drop-down list of titles; @name for the screen reader. */
GtkDropDown *_neg_tags_window_new_list (const char *name);
GtkWidget *_neg_tags_window_new_documents (NegTagsWindow *self);
/* What is there now; whether it is another list. */
gboolean _neg_tags_window_update_documents (NegTagsWindow *self);
/* The one that is shown in the image's place, or NULL; borrowed, until they are updated. */
const NegTagsDocument *_neg_tags_window_get_document (NegTagsWindow *self);
/* Back to the image; whether there was one. */
gboolean _neg_tags_window_leave_document (NegTagsWindow *self);
/* The same objects, shown in another way or compared with another one. */
void _neg_tags_window_load (NegTagsWindow *self);

/* @rows is taken; NULL: nothing. */
void _neg_tags_window_set_rows (NegTagsWindow *self, NegTagsRows *rows);

GtkWidget *_neg_tags_window_new_search (NegTagsWindow *self);
void _neg_tags_window_find_again (NegTagsWindow *self); /* other lines */

GtkWidget *_neg_tags_window_new_copy (NegTagsWindow *self);
GtkWidget *_neg_tags_window_new_question (NegTagsWindow *self);
void _neg_tags_window_copy_selected (NegTagsWindow *self); /* without patient data */
void _neg_tags_window_update_copy (NegTagsWindow *self);
gboolean _neg_tags_window_withdraw_question (NegTagsWindow *self); /* whether there was one */

GtkWidget *_neg_tags_window_new_remarks (NegTagsWindow *self);
void _neg_tags_window_update_remarks (NegTagsWindow *self);

G_END_DECLS
