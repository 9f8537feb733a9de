#include "config.h"

#include "engine/neg-dataset-private.hh"

namespace neg {

void
read_modules (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;

  instance->anatomical_orientation = root.code (DCM_AnatomicalOrientationType);
  if (instance->kind == NEG_OBJECT_PR)
    instance->presentation = read_presentation (root);
  if (instance->kind == NEG_OBJECT_KO)
    instance->key_selection = read_key_selection (root);
  if (instance->kind == NEG_OBJECT_SR)
    instance->annotations = read_report (root);
  if (instance->rows == 0)
    return;
  read_overlays (root, false, &instance->overlays, &instance->n_overlays);
  read_shutter (root, &instance->shutter);
  read_masks (root, &instance->masks, &instance->n_masks);
}

} // namespace neg
