/* What recording and cutting have in common: the half of a pipeline that encodes and writes. Inside of the module only.
 * Thread: any, one at a time, except neg_writer_push_sound(). */
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include "media/neg-take-module.h"

G_BEGIN_DECLS

#define NEG_SOUND_RATE_HZ 48000
#define NEG_SOUND_CAPS "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved"

typedef enum {
  NEG_WRITER_LIVE,  /* as fast as it is recorded */
  NEG_WRITER_GOOD,  /* as good as what was recorded */
  NEG_WRITER_FIRST, /* two passes to a size: what the first one learns is in a file of @statistics_path */
  NEG_WRITER_LAST,
} NegWriterKind;

typedef struct {
  NegWriterKind kind;
  const char *format; /* of the pictures: "BGRx", "I420" */
  guint width, height;           /* of the pictures */
  guint film_width, film_height; /* of the film */
  gboolean has_sound;
  guint bits_per_second; /* of the pictures; of two passes */
  const char *statistics_path;
} NegWriterOptions;

typedef struct {
  GstElement *pipeline;
  GstAppSrc *video, *sound; /* sound: NULL where there is none */
  GstBus *bus;
} NegWriter;

gboolean neg_writer_start_gstreamer (GError **error);

/* A pipeline of gst_parse_launch(); elements that are missing are named. Given. */
GstElement *neg_writer_parse (const char *text, GError **error);

/* What the pipeline says within @wait: TRUE unless it failed; *ended (nullable) once everything is through. */
gboolean neg_writer_check_bus (GstBus *bus, GstClockTime wait, gboolean *ended, GError **error);

NegWriter *neg_writer_new (int fd, const NegWriterOptions *options, GError **error);
gboolean neg_writer_push (NegWriter *writer, GstBuffer *buffer, GError **error); /* takes the buffer */
void neg_writer_push_sound (NegWriter *writer, GstBuffer *buffer);               /* takes it; failures are on the bus */
gboolean neg_writer_finish (NegWriter *writer, GCancellable *cancellable, GError **error);
void neg_writer_free (NegWriter *writer);

/* Mono, from the sample at @position of the film. Given. */
GstBuffer *neg_writer_new_sound (const gint16 *samples, gsize n, guint64 position);

/* The other half: pictures (I420) and sound of a file of ours. */
typedef struct {
  GstElement *pipeline;
  GstAppSink *pictures, *sound; /* sound: NULL where it was not wished */
  GstBus *bus;
  gint has_sound; /* atomic; known with the first picture */
} NegFilmReader;

NegFilmReader *neg_film_reader_new (int fd, gboolean with_sound, GError **error);

/* Waits a moment. *@sample (given) is NULL where there is none yet; *@ended: there will be none. */
gboolean neg_film_reader_pull (NegFilmReader *reader, GstSample **sample, gboolean *ended, GError **error);

/* What is there; given, NULL: nothing now. *@ended: nothing will be. */
GstSample *neg_film_reader_pull_sound (NegFilmReader *reader, gboolean *ended);
gint64 neg_film_reader_get_time_us (GstSample *sample); /* in the film; -1: none */
gboolean neg_film_reader_get_size (GstSample *sample, guint *width, guint *height, GError **error);
void neg_film_reader_free (NegFilmReader *reader);

/* neg-take-trim.c */
gboolean neg_take_module_trim (int from_fd, int to_fd, const NegTakeCut *cut, NegTakeProgress progress, gpointer data,
                               GCancellable *cancellable, GError **error);
gboolean neg_take_module_mend (int from_fd, int to_fd, GCancellable *cancellable, GError **error);
gboolean neg_take_module_measure (int fd, NegTakeFacts *facts, GCancellable *cancellable, GError **error);

G_END_DECLS
