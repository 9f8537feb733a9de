/* A video's parts in GStreamer: file, WebM, picture, sound. Part of the module that plays. Thread: one, but for what is said. */
#pragma once

#include <gst/gst.h>

#include "media/neg-play.h"

G_BEGIN_DECLS

typedef struct _NegPlayPipeline NegPlayPipeline;

/* In a thread of GStreamer's; takes the frame's pixels. */
typedef void (*NegPlayFrameFunc) (gpointer data, NegPlayFrame *frame);

/* @fd stays the caller's. NULL: *words, for people, given. */
NegPlayPipeline *neg_play_pipeline_new (int fd, gboolean is_silent, NegPlayFrameFunc on_frame, gpointer data, char **words);
void neg_play_pipeline_free (NegPlayPipeline *pipeline);

GstStateChangeReturn neg_play_pipeline_set_state (NegPlayPipeline *pipeline, GstState state);
gboolean neg_play_pipeline_seek (NegPlayPipeline *pipeline, gint64 time_ns, double rate);
void neg_play_pipeline_set_muted (NegPlayPipeline *pipeline, gboolean muted);
gint64 neg_play_pipeline_get_duration (NegPlayPipeline *pipeline); /* 0: not known */
gboolean neg_play_pipeline_get_position (NegPlayPipeline *pipeline, gint64 *time_ns);
gboolean neg_play_pipeline_has_sound (NegPlayPipeline *pipeline);
gboolean neg_play_pipeline_is_of_sound (NegPlayPipeline *pipeline, GstObject *part);

/* The next message, or NULL after @timeout or neg_play_pipeline_wake(). Given. */
GstMessage *neg_play_pipeline_wait (NegPlayPipeline *pipeline, GstClockTime timeout);
void neg_play_pipeline_wake (gpointer pipeline); /* any thread */

/* What we have found ourselves before an error came; given, nullable. */
char *neg_play_pipeline_steal_words (NegPlayPipeline *pipeline);

G_END_DECLS
