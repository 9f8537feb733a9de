#include "config.h"

#include "render/neg-gl-private.h"

#include <gio/gio.h>
#include <string.h>

#include "base/neg-error.h"
#include "neg-shaders.h"

#define SHADER_PATH "/org/negatoscope/shaders/"
#define PARTS_MAX 5 /* of a shader, and the end */

/* Which of the textures a brick is: samplers cannot be chosen by a number, so the shader's FROM is written out for each. */
static void
write_bricks (GString *text, guint n_bricks)
{
  for (guint i = 0; i < n_bricks; i++)
    g_string_append_printf (text, "uniform usampler3D brick_%u;\n", i);
  g_string_append (text, "#define FROM_BRICK(n)");
  for (guint i = 0; i + 1 < n_bricks; i++)
    g_string_append_printf (text, " if (n == %u) FROM (brick_%u) else", i, i);
  g_string_append_printf (text, " FROM (brick_%u)\n", n_bricks - 1);
}

/* GLSL 3.30 and, for the exact variants, the two extensions that neg_gl_device_new looked for. */
static char *
write_preamble (const NegGlVariant *variant)
{
  static const char *const modes[NEG_GL_MODE_N] = { "MODE_GREY", "MODE_PALETTE", "MODE_COLOR", "MODE_VALUES",
                                                    "MODE_PLANE", "MODE_CAST" };
  static const char *const samples[NEG_SAMPLE_N_TYPES] = {
    "SAMPLE_U8", "SAMPLE_S8", "SAMPLE_U16", "SAMPLE_S16", "SAMPLE_U32", "SAMPLE_S32", "SAMPLE_F32", "SAMPLE_F64",
  };
  static const char *const interpolations[] = { "NEAREST", "LINEAR", "CUBIC" };
  GString *text = g_string_new ("#version 330 core\n");

  if (variant->exact)
    g_string_append (text, "#extension GL_ARB_gpu_shader_fp64 : require\n"
                           "#extension GL_ARB_gpu_shader5 : require\n"
                           "#define EXACT\n");
  g_string_append_printf (text, "#define %s\n#define %s\n#define %s\n", modes[variant->mode],
                          samples[variant->sample_type], interpolations[variant->interpolation]);
  if (variant->n_bricks > 0)
    write_bricks (text, variant->n_bricks);
  return g_string_free (text, FALSE);
}

static char *
read_log (GLuint id, void (*get) (GLuint, GLsizei, GLsizei *, GLchar *))
{
  char text[2048] = "";
  GLsizei length = 0;

  get (id, sizeof text, &length, text);
  return g_utf8_make_valid (text, CLAMP (length, 0, (GLsizei) sizeof text - 1));
}

static void
get_shader_log (GLuint id, GLsizei size, GLsizei *length, GLchar *text)
{
  glGetShaderInfoLog (id, size, length, text);
}

static void
get_program_log (GLuint id, GLsizei size, GLsizei *length, GLchar *text)
{
  glGetProgramInfoLog (id, size, length, text);
}

/* The preamble and the parts of @names (ended by NULL), each with a number of its own in the compiler's log. */
static GBytes *
gather (const char *preamble, const char *const *names, GError **error)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();

  g_byte_array_append (text, (const guint8 *) preamble, strlen (preamble));
  for (guint i = 0; names[i] != NULL; i++) {
    g_autofree char *path = g_strconcat (SHADER_PATH, names[i], NULL);
    g_autofree char *line = g_strdup_printf ("\n#line 1 %u\n", i + 1);
    /* By the resource's name: the linker would leave it out of a program that links this library statically. */
    g_autoptr (GBytes) source = g_resource_lookup_data (neg_shaders_get_resource (), path, 0, error);

    if (source == NULL)
      return NULL;
    g_byte_array_append (text, (const guint8 *) line, strlen (line));
    g_byte_array_append (text, g_bytes_get_data (source, NULL), g_bytes_get_size (source));
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&text));
}

static GLuint
compile (GLenum stage, const char *const *names, const char *preamble, GError **error)
{
  g_autoptr (GBytes) text = gather (preamble, names, error);
  g_autofree char *log = NULL;
  GLint length, compiled = GL_FALSE;
  const char *source;
  GLuint shader;

  if (text == NULL)
    return 0;
  source = g_bytes_get_data (text, NULL);
  length = g_bytes_get_size (text);
  shader = glCreateShader (stage);
  glShaderSource (shader, 1, &source, &length);
  glCompileShader (shader);
  glGetShaderiv (shader, GL_COMPILE_STATUS, &compiled);
  if (compiled)
    return shader;
  log = read_log (shader, get_shader_log);
  glDeleteShader (shader);
  neg_fail (error, NEG_ERROR_UNSUPPORTED, names[0], "the shader does not compile: %s", log);
  return 0;
}

static GLuint
link_program (GLuint vertex, GLuint fragment, GError **error)
{
  g_autofree char *log = NULL;
  GLuint program = glCreateProgram ();
  GLint linked = GL_FALSE;

  glAttachShader (program, vertex);
  glAttachShader (program, fragment);
  glBindFragDataLocation (program, 0, "color");
  glLinkProgram (program);
  glGetProgramiv (program, GL_LINK_STATUS, &linked);
  if (linked)
    return program;
  log = read_log (program, get_program_log);
  glDeleteProgram (program);
  neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "the shaders do not link: %s", log);
  return 0;
}

static GLuint
build (const NegGlVariant *variant, GError **error)
{
  static const char *const vertex_parts[] = { "image.vert.glsl", NULL };
  static const char *const fragment_parts[NEG_GL_MODE_N][PARTS_MAX] = {
    [NEG_GL_MODE_GREY] = { "display.glsl", "image.frag.glsl" },
    [NEG_GL_MODE_PALETTE] = { "display.glsl", "image.frag.glsl" },
    [NEG_GL_MODE_COLOR] = { "display.glsl", "image.frag.glsl" },
    [NEG_GL_MODE_VALUES] = { "display.glsl", "volume.glsl", "values.frag.glsl" },
    [NEG_GL_MODE_PLANE] = { "display.glsl", "voi.glsl", "plane.frag.glsl" },
    [NEG_GL_MODE_CAST] = { "display.glsl", "voi.glsl", "volume.glsl", "cast.frag.glsl" },
  };
  g_autofree char *preamble = write_preamble (variant);
  GLuint program = 0;
  GLuint vertex = compile (GL_VERTEX_SHADER, vertex_parts, preamble, error);
  GLuint fragment = vertex ? compile (GL_FRAGMENT_SHADER, fragment_parts[variant->mode], preamble, error) : 0;

  if (fragment != 0)
    program = link_program (vertex, fragment, error);
  glDeleteShader (vertex);
  glDeleteShader (fragment);
  return program;
}

static void
find_uniforms (NegGlProgram *self)
{
  const struct {
    const char *name;
    GLint *location;
  } uniforms[] = {
    { "image_size", &self->image_size },
    { "origin", &self->origin },
    { "size", &self->size },
    { "rows_from_top", &self->rows_from_top },
    { "affine_x", &self->affine_x },
    { "affine_y", &self->affine_y },
    { "padding_active", &self->padding_active },
    { "padding", &self->padding },
    { "has_modality_lut", &self->has_modality_lut },
    { "modality_first", &self->modality_first },
    { "modality_last", &self->modality_last },
    { "modality", &self->modality },
    { "reference", &self->reference },
    { "voi_kind", &self->voi_kind },
    { "window", &self->window },
    { "voi_first", &self->voi_first },
    { "voi_last", &self->voi_last },
    { "voi_maximum", &self->voi_maximum },
    { "palette_first", &self->palette_first },
    { "palette_last", &self->palette_last },
    { "palette_supplemental", &self->palette_supplemental },
    { "color_shift", &self->color_shift },
    { "inverted", &self->inverted },
    { "luminance", &self->luminance },
    { "presentation_last", &self->presentation_last },
    { "presentation_maximum", &self->presentation_maximum },
    { "has_curve", &self->has_curve },
    { "dithered", &self->dithered },
    { "layers_size", &self->layers_size },
    { "volume_size", &self->volume_size },
    { "brick_strides", &self->brick_strides },
    { "brick_counts", &self->brick_counts },
    { "n_bins", &self->n_bins },
    { "end", &self->end },
    { "n_samples", &self->n_samples },
    { "projection", &self->projection },
    { "has_fusion", &self->has_fusion },
    { "fused_kind", &self->fused_kind },
    { "fused_window", &self->fused_window },
    { "fused_lut", &self->fused_lut },
    { "opacity", &self->opacity },
    { "voi_window", &self->voi_window },
    { "voi_lut_range", &self->voi_lut_range },
    { "right", &self->right },
    { "down", &self->down },
    { "direction", &self->direction },
    { "box_low", &self->box_low },
    { "box_high", &self->box_high },
    { "clips", &self->clips },
    { "clip_slopes", &self->clip_slopes },
    { "n_clips", &self->n_clips },
    { "step_mm", &self->step_mm },
    { "rate", &self->rate },
    { "view", &self->view },
    { "voxel_mm", &self->voxel_mm },
    { "slice_step", &self->slice_step },
    { "flatness", &self->flatness },
    { "is_mip", &self->is_mip },
    { "enough", &self->enough },
    { "color_scale", &self->color_scale },
  };

  for (guint i = 0; i < G_N_ELEMENTS (uniforms); i++)
    *uniforms[i].location = glGetUniformLocation (self->id, uniforms[i].name);
}

static void
set_samplers (GLuint id, guint n_bricks)
{
  static const struct {
    const char *name;
    NegGlUnit unit;
  } samplers[] = {
    { "image", NEG_GL_UNIT_IMAGE },
    { "steps", NEG_GL_UNIT_STEPS },
    { "modality_lut", NEG_GL_UNIT_MODALITY },
    { "voi_lut", NEG_GL_UNIT_VOI },
    { "palette", NEG_GL_UNIT_PALETTE },
    { "presentation_lut", NEG_GL_UNIT_PRESENTATION },
    { "curve", NEG_GL_UNIT_CURVE },
    { "layers", NEG_GL_UNIT_LAYERS },
    { "layer_colors", NEG_GL_UNIT_LAYER_COLORS },
    { "volume_steps", NEG_GL_UNIT_VOLUME_STEPS },
    { "slices", NEG_GL_UNIT_SLICES },
    { "presence", NEG_GL_UNIT_PRESENCE },
    { "values", NEG_GL_UNIT_VALUES },
    { "fused_values", NEG_GL_UNIT_FUSED_VALUES },
    { "fused_voi_lut", NEG_GL_UNIT_FUSED_VOI },
    { "fused_colors", NEG_GL_UNIT_FUSED_COLORS },
    { "ray_colors", NEG_GL_UNIT_RAY_COLORS },
  };

  glUseProgram (id);
  for (guint i = 0; i < G_N_ELEMENTS (samplers); i++)
    glUniform1i (glGetUniformLocation (id, samplers[i].name), samplers[i].unit);
  for (guint i = 0; i < n_bricks; i++) {
    g_autofree char *name = g_strdup_printf ("brick_%u", i);

    glUniform1i (glGetUniformLocation (id, name), NEG_GL_UNIT_N + i);
  }
  glUseProgram (0);
}

void
neg_gl_program_free (NegGlProgram *self)
{
  if (self == NULL)
    return;
  glDeleteProgram (self->id);
  g_free (self);
}

const NegGlProgram *
neg_gl_device_get_program (NegGlDevice *device, const NegGlVariant *variant, GError **error)
{
  guint kind = variant->mode + NEG_GL_MODE_N * (variant->sample_type + NEG_SAMPLE_N_TYPES
               * (variant->interpolation + 3 * !!variant->exact));
  gpointer key = GUINT_TO_POINTER (1 + variant->n_bricks + (NEG_GL_BRICKS_MAX + 1) * kind);
  NegGlProgram *self = g_hash_table_lookup (device->programs, key);
  GLuint id;

  if (self != NULL)
    return self;
  id = build (variant, error);
  if (id == 0)
    return NULL;
  self = g_new0 (NegGlProgram, 1);
  self->id = id;
  find_uniforms (self);
  set_samplers (id, variant->n_bricks);
  g_hash_table_insert (device->programs, key, self);
  return self;
}
