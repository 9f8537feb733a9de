/* Random scenes for the two ways to draw: a frame, what is to be drawn of it, and the size of the picture. Every
 * choice comes from one seed, so that a scene that fails can be made again. */
#pragma once

#include "imaging/neg-layers.h"

typedef enum {
  SCENE_GREY,
  SCENE_PALETTE,
  SCENE_SUPPLEMENTAL,
  SCENE_COLOR,
} SceneKind;

typedef struct {
  NegFrame frame;
  void *pixels; /* of the frame */
  NegDraw draw;
  NegLut modality_lut, voi_lut, palette[3], presentation_lut;
  NegDisplayCurve curve;
  NegLayers *layers; /* nullable */
  guint width, height, channels;
} Scene;

Scene *scene_new (guint32 seed, SceneKind kind, NegSampleType type);
void scene_free (Scene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

/* The same scene with its frame mirrored left to right, or turned by a quarter clockwise, and an affine that undoes
 * it: the picture stays the same. */
void scene_mirror (Scene *scene);
void scene_turn (Scene *scene);

/* A larger picture with the whole frame in one of the eight orientations that a reader can give it, the fast ways of
 * drawing on the CPU among them. */
void scene_orient (Scene *scene, guint which);

/* One line that says what the scene is. */
char *scene_describe (const Scene *scene);
