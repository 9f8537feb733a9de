/* OpenGL 3.3 core drawing of the same NegDraw that imaging/ draws, and nothing else: no GTK, no knowledge of where
 * pixels come from. A device belongs to one context; every function needs that context current and runs on its thread.
 * What is not drawable by GL (a texture beyond the driver's limits, no memory) is an error, never a wrong picture. */
#pragma once

#include "imaging/neg-draw.h"

G_BEGIN_DECLS

typedef struct _NegGlDevice NegGlDevice;
typedef struct _NegGlImage NegGlImage;

/* The name of what draws in the current context, given, and whether that is the processor; NULL and an error when it is
 * too old for us. Makes nothing: compiling a shader takes longer than asking. */
char *neg_gl_describe_driver (gboolean *is_software, GError **error);

/* Compiles the shaders (GResource /org/negatoscope/shaders). The error holds the compiler's log with line numbers. */
NegGlDevice *neg_gl_device_new (GError **error);
void neg_gl_device_free (NegGlDevice *device);

/* The renderer's name, borrowed, and whether it computes on the processor (llvmpipe, softpipe, SwiftShader...). */
const char *neg_gl_device_get_renderer (NegGlDevice *device);
gboolean neg_gl_device_is_software (NegGlDevice *device);

/* How many textures were filled since it was made: frames, tables, layers. One picture more of the same frame, with
 * another window, fills none. */
guint64 neg_gl_device_get_n_uploads (NegGlDevice *device);

/* Uploads one frame, bit for bit, as integers: 8 bits as R8UI, 16 as R16UI, 32 as R32UI, 64 as RG32UI, colour as RGB8UI
 * or RGB16UI; no value merges with another. @frame may go afterwards. */
NegGlImage *neg_gl_image_new (NegGlDevice *device, const NegFrame *frame, GError **error);
void neg_gl_image_free (NegGlImage *image);

/* Draws into the rectangle of the bound framebuffer with origin (x, y) at the bottom left, GL's way. */
gboolean neg_gl_draw (NegGlDevice *device, NegGlImage *image, const NegDraw *draw, int x, int y, guint width,
                      guint height, GError **error);

/* Draws into a framebuffer of its own and reads it back. */
gboolean neg_gl_draw_to_picture (NegGlDevice *device, NegGlImage *image, const NegDraw *draw,
                                 const NegPicture *picture, GError **error);

/* A context without a window (EGL surfaceless), current on this thread until freed: for commands and tests. */
typedef struct _NegGlContext NegGlContext;
NegGlContext *neg_gl_context_new_surfaceless (GError **error);
void neg_gl_context_free (NegGlContext *context);

G_END_DECLS
