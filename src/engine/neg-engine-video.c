#include "config.h"

#include "engine/neg-engine-video.h"

#include <dlfcn.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "engine/neg-seal.h"
#include "engine/neg-vet-module.h"
#include "wire/neg-message.h"

static const NegVetModule *module; /* NULL: no video can be played here */

void
neg_engine_video_preload (void)
{
  g_autofree char *path = neg_paths_find_module (NEG_VET_MODULE_FILE, NULL, NULL);
  void *handle = path != NULL ? dlopen (path, RTLD_NOW | RTLD_LOCAL) : NULL;
  const NegVetModule *found = handle != NULL ? dlsym (handle, NEG_VET_MODULE_SYMBOL) : NULL;

  if (found != NULL && found->prepare ())
    module = found;
}

static gboolean
receive (int socket, guint64 *id, int *fd, GError **error)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  NegMessageHeader header;

  if (!neg_message_receive (socket, &header, body, fds, error))
    return FALSE;
  if (header.type != NEG_MESSAGE_VET || body->len > 0 || fds->len != 1)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a request about a video that is none");
  *id = header.request_id;
  *fd = g_array_index (fds, int, 0);
  return TRUE;
}

gboolean
neg_engine_serve_video (int socket, GError **error)
{
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  NegVideoInfo info = { .verdict = NEG_VIDEO_NO_DECODER };
  NegMessageHeader header = { .type = NEG_MESSAGE_ITEM };
  int fd = -1;

  if (!receive (socket, &header.request_id, &fd, error))
    return FALSE;
  neg_seal_renew_cpu_limit (NEG_VET_CPU_SECONDS);
  if (module != NULL)
    module->vet (fd, &info);
  neg_video_info_write (&info, answer);
  header.body_length = answer->len;
  return neg_message_send (socket, &header, answer->data, NULL, error);
}
