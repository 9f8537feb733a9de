/* The voxels of a volume as integer 3D textures, in one piece where the driver takes it. */
#include "config.h"

#include "render/neg-gl-volume-private.h"

#include <stdlib.h>

#include "base/neg-error.h"

/* As long as bricks are thicker than this they are cut between slices, so that a slice is one upload. */
#define DEPTH_MIN 16

typedef struct {
  GLint internal_format;
  GLenum type;
} Layout;

static const Layout layouts[] = { [1] = { GL_R8UI, GL_UNSIGNED_BYTE },
                                  [2] = { GL_R16UI, GL_UNSIGNED_SHORT },
                                  [4] = { GL_R32UI, GL_UNSIGNED_INT } };

static const Layout *
get_layout (const NegVolume *volume)
{
  return &layouts[neg_sample_type_get_bytes (volume->sample_type)];
}

guint
_neg_gl_bricks_get_n (const NegGlBricks *bricks)
{
  return bricks->counts[0] * bricks->counts[1] * bricks->counts[2];
}

/* For tests; not more than the driver has. */
static guint
get_edge_limit (void)
{
  const char *text = g_getenv ("NEGATOSCOPE_GL_BRICK");
  GLint limit = 0;
  guint64 wanted;

  glGetIntegerv (GL_MAX_3D_TEXTURE_SIZE, &limit);
  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 2, G_MAXINT32, &wanted, NULL))
    limit = MIN (limit, (GLint) wanted);
  return MAX (limit, 2);
}

/* How many voxels of an axis the brick holds, from where. */
static guint
get_span (const NegGlBricks *bricks, guint axis, guint size, guint index, guint *first)
{
  *first = index * bricks->strides[axis];
  return MIN (bricks->strides[axis] + 1, size - *first);
}

static void
cut (NegGlBricks *bricks, const guint sizes[3])
{
  for (guint i = 0; i < 3; i++) {
    guint cells = MAX (sizes[i], 2) - 1;

    bricks->strides[i] = (cells + bricks->counts[i] - 1) / bricks->counts[i];
    bricks->counts[i] = (cells + bricks->strides[i] - 1) / bricks->strides[i];
  }
}

/* The proxy answers what glTexImage3D would, before anything is allocated. */
static gboolean
fits (const NegGlBricks *bricks, const NegVolume *volume, const guint sizes[3], guint edge_limit)
{
  const Layout *layout = get_layout (volume);
  GLint answer = 0;
  guint dimensions[3], first;

  for (guint i = 0; i < 3; i++) {
    dimensions[i] = get_span (bricks, i, sizes[i], 0, &first);
    if (dimensions[i] > edge_limit)
      return FALSE;
  }
  glTexImage3D (GL_PROXY_TEXTURE_3D, 0, layout->internal_format, dimensions[0], dimensions[1], dimensions[2], 0,
                GL_RED_INTEGER, layout->type, NULL);
  glGetTexLevelParameteriv (GL_PROXY_TEXTURE_3D, 0, GL_TEXTURE_WIDTH, &answer);
  neg_gl_clear_errors ();
  return answer == (GLint) dimensions[0];
}

/* Which axis to cut once more: slices from each other first, then rows, then columns. */
static guint
choose_axis (const NegGlBricks *bricks, guint edge_limit)
{
  for (guint axis = 0; axis < 2; axis++)
    if (bricks->strides[axis] + 1 > edge_limit)
      return axis;
  if (bricks->strides[2] >= DEPTH_MIN || bricks->strides[2] + 1 > edge_limit)
    return 2;
  return bricks->strides[1] >= bricks->strides[0] ? 1 : 0;
}

static gboolean
plan (NegGlBricks *bricks, NegGlDevice *device, const NegVolume *volume)
{
  const guint sizes[3] = { volume->columns, volume->rows, volume->n_slices };
  guint edge_limit = get_edge_limit ();

  *bricks = (NegGlBricks){ .counts = { 1, 1, 1 } };
  cut (bricks, sizes);
  while (!fits (bricks, volume, sizes, edge_limit)) {
    guint axis = choose_axis (bricks, edge_limit), before = bricks->counts[axis];

    /* Until there is one more: strides are whole numbers. */
    for (guint wanted = before + 1; bricks->counts[axis] == before && bricks->strides[axis] > 1; wanted++) {
      bricks->counts[axis] = wanted;
      cut (bricks, sizes);
    }
    if (bricks->counts[axis] == before || _neg_gl_bricks_get_n (bricks) > device->n_bricks_max)
      return FALSE;
  }
  return TRUE;
}

static void
allocate (NegGlBricks *bricks, const NegVolume *volume, guint index, const guint dimensions[3])
{
  const Layout *layout = get_layout (volume);

  glGenTextures (1, &bricks->textures[index]);
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_N + index);
  glBindTexture (GL_TEXTURE_3D, bricks->textures[index]);
  glTexParameteri (GL_TEXTURE_3D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri (GL_TEXTURE_3D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexParameteri (GL_TEXTURE_3D, GL_TEXTURE_MAX_LEVEL, 0);
  glTexImage3D (GL_TEXTURE_3D, 0, layout->internal_format, dimensions[0], dimensions[1], dimensions[2], 0,
                GL_RED_INTEGER, layout->type, NULL);
  glBindTexture (GL_TEXTURE_3D, 0);
}

gboolean
_neg_gl_bricks_init (NegGlBricks *bricks, NegGlDevice *device, const NegVolume *volume, GError **error)
{
  const guint sizes[3] = { volume->columns, volume->rows, volume->n_slices };
  guint dimensions[3], first;

  if (!plan (bricks, device, volume))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "volume", "%u x %u x %u voxels are beyond what this graphics system "
                     "draws", volume->columns, volume->rows, volume->n_slices);
  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  for (guint z = 0, index = 0; z < bricks->counts[2]; z++)
    for (guint y = 0; y < bricks->counts[1]; y++)
      for (guint x = 0; x < bricks->counts[0]; x++, index++) {
        dimensions[0] = get_span (bricks, 0, sizes[0], x, &first);
        dimensions[1] = get_span (bricks, 1, sizes[1], y, &first);
        dimensions[2] = get_span (bricks, 2, sizes[2], z, &first);
        allocate (bricks, volume, index, dimensions);
        if (!neg_gl_check ("volume", error))
          return FALSE;
      }
  return TRUE;
}

void
_neg_gl_bricks_clear (NegGlBricks *bricks)
{
  glDeleteTextures (NEG_GL_BRICKS_MAX, bricks->textures);
  *bricks = (NegGlBricks){ 0 };
}

/* The part of a slice that lies in the column x, y of bricks. */
static void
upload_part (const NegGlBricks *bricks, const NegVolume *volume, guint slice, guint x, guint y)
{
  const Layout *layout = get_layout (volume);
  guint left, top, width = get_span (bricks, 0, volume->columns, x, &left);
  guint height = get_span (bricks, 1, volume->rows, y, &top);

  glPixelStorei (GL_UNPACK_SKIP_PIXELS, left);
  glPixelStorei (GL_UNPACK_SKIP_ROWS, top);
  for (guint z = 0; z < bricks->counts[2]; z++) {
    guint first, depth = get_span (bricks, 2, volume->n_slices, z, &first);

    if (slice < first || slice >= first + depth)
      continue;
    glBindTexture (GL_TEXTURE_3D, bricks->textures[x + bricks->counts[0] * (y + bricks->counts[1] * z)]);
    glTexSubImage3D (GL_TEXTURE_3D, 0, 0, 0, slice - first, width, height, 1, GL_RED_INTEGER, layout->type,
                     volume->voxels + slice * volume->slice_bytes);
  }
}

gboolean
_neg_gl_bricks_upload (const NegGlBricks *bricks, const NegVolume *volume, guint slice, GError **error)
{
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_N);
  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  glPixelStorei (GL_UNPACK_ALIGNMENT, 1);
  glPixelStorei (GL_UNPACK_SWAP_BYTES, GL_FALSE);
  glPixelStorei (GL_UNPACK_SKIP_IMAGES, 0);
  glPixelStorei (GL_UNPACK_IMAGE_HEIGHT, 0);
  glPixelStorei (GL_UNPACK_ROW_LENGTH, volume->columns);
  for (guint y = 0; y < bricks->counts[1]; y++)
    for (guint x = 0; x < bricks->counts[0]; x++)
      upload_part (bricks, volume, slice, x, y);
  glPixelStorei (GL_UNPACK_SKIP_PIXELS, 0);
  glPixelStorei (GL_UNPACK_SKIP_ROWS, 0);
  glPixelStorei (GL_UNPACK_ROW_LENGTH, 0);
  glPixelStorei (GL_UNPACK_ALIGNMENT, 4);
  glBindTexture (GL_TEXTURE_3D, 0);
  return neg_gl_check ("slice", error);
}

void
_neg_gl_bricks_bind (const NegGlBricks *bricks, gboolean bound)
{
  for (guint i = 0; i < _neg_gl_bricks_get_n (bricks); i++) {
    glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_N + i);
    glBindTexture (GL_TEXTURE_3D, bound ? bricks->textures[i] : 0);
  }
}
