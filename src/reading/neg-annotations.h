/* The annotations of what a window shows: made, changed, taken back, and never lost. Every change is an operation that
 * goes to the sink (reading.db) before the next one can be made; loading a study plays its operations again.
 * Thread: main. */
#pragma once

#include <glib-object.h>

#include "model/neg-annotation.h"
#include "model/neg-instance.h"

G_BEGIN_DECLS

#define NEG_TYPE_ANNOTATIONS (neg_annotations_get_type ())
G_DECLARE_FINAL_TYPE (NegAnnotations, neg_annotations, NEG, ANNOTATIONS, GObject)

/* Signals: "changed" (const char *sop_instance_uid): annotations of that image, or what can be taken back; NULL: of any;
 *          "selection-changed" (). */

typedef enum {
  NEG_ANNOTATION_PUT,    /* made or changed: the operation's text is the annotation */
  NEG_ANNOTATION_REMOVE, /* text is empty */
  NEG_ANNOTATION_SAVED,  /* all before are in a DICOM object: uid is the object's SOP Instance UID */
} NegAnnotationOperation;

/* Where operations go; FALSE: not kept, the change is taken back and the caller shows @error. */
typedef gboolean (*NegAnnotationSink) (const char *study_uid, NegAnnotationOperation operation, const char *uid,
                                       const char *text, GError **error, gpointer user_data);

NegAnnotations *neg_annotations_new (void);
void neg_annotations_set_sink (NegAnnotations *annotations, NegAnnotationSink sink, gpointer user_data);

/* Plays one operation of the past, oldest first; wrong texts are an error and change nothing. */
gboolean neg_annotations_replay (NegAnnotations *annotations, const char *study_uid,
                                 NegAnnotationOperation operation, const char *uid, const char *text, GError **error);

/* Annotations that an object of others brought, of NegAnnotation; seen when they are shown. */
void neg_annotations_add_report (NegAnnotations *annotations, NegInstance *instance, GPtrArray *foreign);
/* Shows what was added: unless the same uid is known by our own operations, and unless another report of the study has
 * taken the place of the one that brought it (Predecessor Documents), in whichever order both came. One whose uid is that
 * of another image's or another reader's has a longer one here. */
void neg_annotations_show_reports (NegAnnotations *annotations);

/* Forgets everything: another patient. */
void neg_annotations_clear (NegAnnotations *annotations);

/* In the order they were made; borrowed until the next change. @frame from 1. */
guint neg_annotations_get_n_of_image (NegAnnotations *annotations, const char *sop_instance_uid, guint32 frame);
NegAnnotation *neg_annotations_get_of_image (NegAnnotations *annotations, const char *sop_instance_uid, guint32 frame,
                                             guint position);
/* All of a study, of NegAnnotation; given. */
GPtrArray *neg_annotations_list_study (NegAnnotations *annotations, const char *study_uid);
NegAnnotation *neg_annotations_find (NegAnnotations *annotations, const char *uid); /* borrowed, nullable */

/* Both take a reference of @annotation. A drag is many puts of one @gesture (0: a step of its own): on the disk and in
 * undo it is one, when the gesture is ended. */
gboolean neg_annotations_put (NegAnnotations *annotations, NegAnnotation *annotation, guint gesture, GError **error);
gboolean neg_annotations_end_gesture (NegAnnotations *annotations, guint gesture, GError **error);
/* @annotation with numbers that took longer: is kept, but is no step of its own; where it was changed or removed since,
 * nothing happens, and where a gesture goes on with it they are those of before. */
gboolean neg_annotations_put_values (NegAnnotations *annotations, NegAnnotation *annotation, GError **error);
/* Back to what was there before the gesture, which was never kept. */
void neg_annotations_cancel_gesture (NegAnnotations *annotations, guint gesture);
/* Ends the gesture that goes on, whichever it is: before what is there is written down, or left. */
gboolean neg_annotations_settle (NegAnnotations *annotations, GError **error);
gboolean neg_annotations_remove (NegAnnotations *annotations, const char *uid, GError **error);

/* Numbers of neg_undo_next_serial(), 0: nothing; the window takes back whatever was last, view or annotation. */
guint64 neg_annotations_get_undo_serial (NegAnnotations *annotations);
guint64 neg_annotations_get_redo_serial (NegAnnotations *annotations);
gboolean neg_annotations_undo (NegAnnotations *annotations, GError **error);
gboolean neg_annotations_redo (NegAnnotations *annotations, GError **error);

const char *neg_annotations_get_selected (NegAnnotations *annotations); /* uid; nullable */
void neg_annotations_select (NegAnnotations *annotations, const char *uid); /* nullable */

/* Whether something of the study is in no DICOM object yet. */
gboolean neg_annotations_is_unsaved (NegAnnotations *annotations, const char *study_uid);
/* It is now, in a report of @series_uid and @sop_class_uid, which the next one takes the place of (both "": in an object that
 * none replaces, such as a key object selection); @change: what neg_annotations_get_change() was when it was written, so that later changes stay unsaved. */
guint64 neg_annotations_get_change (NegAnnotations *annotations, const char *study_uid);
gboolean neg_annotations_mark_saved (NegAnnotations *annotations, const char *study_uid, const char *sop_instance_uid,
                                     const char *series_uid, const char *sop_class_uid, guint64 change,
                                     GError **error);
/* Whether that object was marked so: what it says is ours already. One that is about to be written is marked with the
 * @change 0, or it would come back as somebody else's when the program dies before it knows how that ended. */
gboolean neg_annotations_is_own_object (NegAnnotations *annotations, const char *study_uid,
                                        const char *sop_instance_uid);
/* The object that was marked last, which the next one takes the place of; FALSE: none. Borrowed until the next mark. */
gboolean neg_annotations_get_saved (NegAnnotations *annotations, const char *study_uid, const char **sop_instance_uid,
                                    const char **series_uid, const char **sop_class_uid);

/* Annotations that were made on planes out of volumes: the name of the plane that is the same as @plane of that series, as
 * their sop_instance_uid; NULL: none was made there. Borrowed until the next change. */
const char *neg_annotations_find_plane (NegAnnotations *annotations, const char *series_uid,
                                        const NegAnnotationPlane *plane);

/* One annotation as text (JSON, no name of a patient), and back; reading is hostile input. */
char *neg_annotation_to_text (const NegAnnotation *annotation);
NegAnnotation *neg_annotation_from_text (const char *text, gsize length, GError **error);

G_END_DECLS
