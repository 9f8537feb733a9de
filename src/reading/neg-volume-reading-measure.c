/* Planes as images: what is measured on. */
#include "config.h"

#include <gio/gio.h>
#include <math.h>

#include "reading/neg-volume-reading-private.h"

/* So many samples take a few milliseconds. */
#define SAMPLES_AT_ONCE (1u << 20)

typedef struct {
  NegReformat measuring;
  double slab_mm;
  guint width, height;
  NegVolume *volume; /* reference */
  guint n_slices;    /* that were there */
  NegInstance *like; /* reference */
  char *name;        /* nullable */
  NegMprPlane plane;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  neg_volume_unref (job->volume);
  neg_instance_unref (job->like);
  g_free (job->name);
  g_free (job);
}

static NegPlaneImage *
make_image (const Job *job, GError **error)
{
  return neg_plane_image_new (&job->measuring, job->slab_mm, job->width, job->height, job->volume, job->like, job->name,
                              error);
}

/* --- What is there --- */

static void
clear_slot (NegPlaneSlot *slot)
{
  g_clear_pointer (&slot->image, neg_plane_image_unref);
  g_clear_pointer (&slot->volume, neg_volume_unref);
}

void
_neg_volume_reading_clear_plane_images (NegVolumeReading *self)
{
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    clear_slot (&self->slots[i]);
}

static gboolean
is_fresh (const NegPlaneSlot *slot, const Job *job)
{
  return slot->image != NULL && slot->volume == job->volume && slot->n_slices == job->n_slices
         && neg_plane_image_is_plane (slot->image, &job->measuring);
}

/* @image is given. */
static void
fill_slot (NegPlaneSlot *slot, const Job *job, NegPlaneImage *image)
{
  clear_slot (slot);
  slot->image = image;
  slot->volume = neg_volume_ref (job->volume);
  slot->n_slices = job->n_slices;
}

/* --- What is to be made --- */

/* The name that annotations on the same plane have, or that it had before more slices came; given, nullable. */
static char *
dup_name (NegVolumeReading *self, const NegPlaneSlot *slot, const Job *job)
{
  NegAnnotationPlane plane = { .slab_mm = job->slab_mm, .projection = job->measuring.projection };
  const char *name = NULL;

  for (guint i = 0; i < 3; i++) {
    plane.origin_mm[i] = job->measuring.origin_mm[i];
    plane.x_mm[i] = job->measuring.x_mm[i];
    plane.y_mm[i] = job->measuring.y_mm[i];
  }
  if (self->annotations != NULL)
    name = neg_annotations_find_plane (self->annotations, job->like->series_uid, &plane);
  if (name == NULL && slot->image != NULL && neg_plane_image_is_plane (slot->image, &job->measuring))
    name = neg_plane_image_get_instance (slot->image)->sop_instance_uid;
  return g_strdup (name);
}

static Job *
job_new (NegVolumeReading *self, NegMprPlane plane)
{
  Job *job = g_new0 (Job, 1);
  NegSeries *series = neg_volume_load_get_series (self->load);

  neg_mpr_get_measuring (self->mpr, plane, &job->measuring, &job->width, &job->height);
  job->slab_mm = neg_mpr_get_slab_mm (self->mpr, plane);
  job->volume = neg_volume_ref (neg_mpr_get_volume (self->mpr));
  job->n_slices = _neg_volume_reading_count (job->volume);
  job->like = neg_instance_ref (neg_series_get_frame (series, neg_volume_reading_get_index (self))->instance);
  job->plane = plane;
  return job;
}

/* --- In a thread --- */

static void
make_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  NegPlaneImage *image = make_image (data, &error);

  if (image != NULL)
    g_task_return_pointer (task, image, (GDestroyNotify) neg_plane_image_unref);
  else
    g_task_return_error (task, error);
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GWeakRef *weak = data;
  g_autoptr (NegVolumeReading) self = g_weak_ref_get (weak);
  g_autoptr (NegPlaneImage) image = g_task_propagate_pointer (G_TASK (result), NULL);
  const Job *job = g_task_get_task_data (G_TASK (result));
  gboolean has_image = image != NULL;

  g_weak_ref_clear (weak);
  g_free (weak);
  if (self == NULL)
    return;
  self->slots[job->plane].is_coming = FALSE;
  if (has_image && job->volume == neg_mpr_get_volume (self->mpr))
    fill_slot (&self->slots[job->plane], job, g_steal_pointer (&image));
  /* Without memory: whoever is told would ask for it again at once. */
  if (has_image)
    _neg_volume_reading_emit (self, NEG_VOLUME_SLICES);
}

/* @job is given. */
static void
run (NegVolumeReading *self, Job *job)
{
  GWeakRef *weak = g_new (GWeakRef, 1);
  g_autoptr (GTask) task = NULL;

  g_weak_ref_init (weak, self);
  self->slots[job->plane].is_coming = TRUE;
  task = g_task_new (NULL, NULL, made_cb, weak);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, make_thread);
}

/* --- What is asked for --- */

void
neg_volume_reading_set_annotations (NegVolumeReading *self, NegAnnotations *annotations)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  g_set_object (&self->annotations, annotations);
}

NegPlaneImage *
neg_volume_reading_get_plane_image (NegVolumeReading *self, NegMprPlane plane, gboolean wait, GError **error)
{
  NegPlaneSlot *slot;
  NegPlaneImage *image;
  Job *job;

  g_return_val_if_fail (NEG_IS_VOLUME_READING (self) && plane < NEG_MPR_N_PLANES, NULL);

  slot = &self->slots[plane];
  job = job_new (self, plane);
  if (is_fresh (slot, job)) {
    job_free (job);
    return slot->image;
  }
  if (!wait && slot->is_coming) {
    job_free (job);
    return NULL;
  }
  job->name = dup_name (self, slot, job);
  if (!wait && (guint64) job->width * job->height * job->measuring.n_samples > SAMPLES_AT_ONCE) {
    run (self, job);
    return NULL;
  }
  image = make_image (job, error);
  if (image != NULL)
    fill_slot (slot, job, image);
  job_free (job);
  return image;
}
