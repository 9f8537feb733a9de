/* One export under way: pixels are fetched on the main thread as the store has them, drawn and written on a worker.
 * Nothing is at the place named before all of it is written; cancelling and failing remove what was begun.
 * Thread: main. */
#pragma once

#include "export/neg-export-picture.h"
#include "export/neg-image-file.h"
#include "pipeline/neg-frame-store.h"
#include "reading/neg-cine.h"

G_BEGIN_DECLS

typedef enum {
  NEG_EXPORT_PICTURE,  /* the image shown: a file */
  NEG_EXPORT_PICTURES, /* each image of the range: a new folder of numbered files */
  NEG_EXPORT_FILM,     /* the range: a WebM file */
} NegExportKind;

typedef struct {
  NegExportKind kind;
  NegExportLook look;
  NegImageFormat format; /* of pictures */
  guint first, last;     /* the range; the image shown for NEG_EXPORT_PICTURE */
} NegExportOrder;

#define NEG_TYPE_EXPORT_JOB (neg_export_job_get_type ())
G_DECLARE_FINAL_TYPE (NegExportJob, neg_export_job, NEG, EXPORT_JOB, GObject)

/* @state, @links (nullable; its line and point only go onto the image shown, NEG_EXPORT_PICTURE) and @cine (nullable:
 * how long a film shows each image) are copied;
 * @annotations (nullable, of NegAnnotation, in any order) as they are now: the array is referenced and changes no more. @path is the file, or the folder that is to be. Signal "progress" ():
 * one more image is done. */
NegExportJob *neg_export_job_new (NegFrameStore *store, const NegViewState *state, const NegOverlay *links,
                                  GPtrArray *annotations, const NegCine *cine, const NegExportOrder *order,
                                  const char *path);

void neg_export_job_run_async (NegExportJob *job, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean neg_export_job_run_finish (NegExportJob *job, GAsyncResult *result, GError **error);

guint neg_export_job_get_n_images (NegExportJob *job);
guint neg_export_job_get_n_done (NegExportJob *job);
guint64 neg_export_job_get_bytes (NegExportJob *job); /* written, once it is finished */
const char *neg_export_job_get_path (NegExportJob *job);

G_END_DECLS
