/* The name of an object: libcrypto's SHA-256 uses what the processor has for it, several times faster than GChecksum. */
#include "config.h"

#include "store/neg-object-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"

#define CHUNK_BYTES (64u << 10) /* what malloc() has without new pages */
#define DIGEST_BYTES 32

static gboolean
add_file (EVP_MD_CTX *context, int fd, guint64 bytes, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);

  for (guint64 at = 0; at < bytes;) {
    gssize n = pread (fd, chunk, MIN (CHUNK_BYTES, bytes - at), (off_t) at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return _neg_object_store_fail (errno, "An object cannot be read back", error);
    if (n == 0)
      return neg_fail (error, NEG_ERROR_TRUNCATED, "objects", "An object became shorter while it was read");
    if (EVP_DigestUpdate (context, chunk, (gsize) n) != 1)
      return neg_fail (error, NEG_ERROR_MEMORY, "objects", "The hash of an object could not be made");
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    at += (guint64) n;
  }
  return TRUE;
}

static char *
to_hexadecimal (const guint8 digest[DIGEST_BYTES])
{
  static const char digits[] = "0123456789abcdef";
  char *text = g_malloc (2 * DIGEST_BYTES + 1);

  for (guint i = 0; i < DIGEST_BYTES; i++) {
    text[2 * i] = digits[digest[i] >> 4];
    text[2 * i + 1] = digits[digest[i] & 15];
  }
  text[2 * DIGEST_BYTES] = '\0';
  return text;
}

char *
_neg_object_hash_fd (int fd, guint64 bytes, GCancellable *cancellable, GError **error)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 digest[DIGEST_BYTES];
  char *name = NULL;

  if (context == NULL || EVP_DigestInit_ex (context, EVP_sha256 (), NULL) != 1)
    neg_fail (error, NEG_ERROR_MEMORY, "objects", "The hash of an object could not be made");
  else if (add_file (context, fd, bytes, cancellable, error) && EVP_DigestFinal_ex (context, digest, NULL) == 1)
    name = to_hexadecimal (digest);
  EVP_MD_CTX_free (context);
  return name;
}

char *
_neg_hash_bytes (gconstpointer bytes, gsize n, GError **error)
{
  guint8 digest[DIGEST_BYTES];

  if (EVP_Digest (bytes, n, digest, NULL, EVP_sha256 (), NULL) == 1)
    return to_hexadecimal (digest);
  neg_fail (error, NEG_ERROR_MEMORY, NULL, "A hash could not be made");
  return NULL;
}

char *
neg_object_store_hash_file (const char *path, GCancellable *cancellable, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  struct stat status;
  char *name = NULL;

  if (fd < 0 || fstat (fd, &status) != 0)
    _neg_object_store_fail (errno, "An object cannot be opened", error);
  else
    name = _neg_object_hash_fd (fd, (guint64) status.st_size, cancellable, error);
  if (fd >= 0)
    close (fd);
  return name;
}
