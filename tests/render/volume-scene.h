/* Random volumes and planes through them for the two ways to draw. Every choice comes from one seed. */
#pragma once

#include "imaging/neg-color-map.h"

typedef struct {
  NegVolume *volume;
  void *voxels;
  NegLut modality_lut;
  double largest; /* modality value, without its sign */
} VolumePart;

typedef struct {
  VolumePart base, over; /* over.volume: NULL where nothing is laid over it */
  NegReformat reformat;
  NegDraw look;
  NegLut voi_lut;
  NegDisplayCurve curve;
  NegFusion fusion;
  guint width, height, channels;
} VolumeScene;

/* With all slices of both ready but some, where @holes. */
VolumeScene *volume_scene_new (guint32 seed, NegSampleType type, gboolean holes);
void volume_scene_free (VolumeScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VolumeScene, volume_scene_free)

/* By the processor, with the plane moved by @shift_voxels of the base volume and the values of what is laid over it
 * multiplied by 1 + @stretch. */
void volume_scene_draw (const VolumeScene *scene, const NegPicture *picture, const double shift_voxels[3],
                        double stretch);

char *volume_scene_describe (const VolumeScene *scene);
