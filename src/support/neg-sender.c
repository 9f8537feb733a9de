#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "support/neg-support-private.h"

#define PAGE_BYTES_MAX 40

void
neg_sender_init (NegSender *sender, const char *role, const char *page)
{
  sender->user = g_strdup (g_get_user_name ());
  sender->role = g_strdup (role != NULL ? role : "");
  sender->workstation = g_strdup (g_get_host_name ());
  sender->version = g_strdup (NEG_VERSION);
  sender->page = g_strdup (page != NULL ? page : "");
}

void
neg_sender_clear (NegSender *sender)
{
  g_clear_pointer (&sender->user, g_free);
  g_clear_pointer (&sender->role, g_free);
  g_clear_pointer (&sender->workstation, g_free);
  g_clear_pointer (&sender->version, g_free);
  g_clear_pointer (&sender->page, g_free);
}

/* Our own names of pages; a window's title would have a patient in it. */
static gboolean
is_page (const char *page)
{
  for (const char *at = page; *at != '\0'; at++)
    if (!g_ascii_islower (*at) && !g_ascii_isdigit (*at) && *at != '-')
      return FALSE;
  return strlen (page) <= PAGE_BYTES_MAX;
}

gboolean
_neg_sender_write (const NegSender *sender, JsonObject *object, GError **error)
{
  if (!is_page (sender->page))
    return neg_fail (error, NEG_ERROR_USAGE, "page", "the name of the page is none of this program's");
  json_object_set_string_member (object, "user", sender->user);
  json_object_set_string_member (object, "role", sender->role);
  json_object_set_string_member (object, "workstation", sender->workstation);
  json_object_set_string_member (object, "version", sender->version);
  json_object_set_string_member (object, "page", sender->page);
  return TRUE;
}

gboolean
_neg_sender_read (NegSender *sender, JsonObject *object, GError **error)
{
  const struct {
    const char *name;
    char **value;
  } members[] = { { "user", &sender->user },
                  { "role", &sender->role },
                  { "workstation", &sender->workstation },
                  { "version", &sender->version },
                  { "page", &sender->page } };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    const char *text;

    if (!neg_json_read_text (object, members[i].name, FALSE, _NEG_SUPPORT_PERSON_BYTES_MAX, &text, error))
      return FALSE;
    *members[i].value = g_strdup (text);
  }
  return is_page (sender->page) || neg_fail (error, NEG_ERROR_INCONSISTENT, "page", "“page” is no page's name");
}

static char *
read_all (int fd, const char *path, gsize bytes_max, gsize *length, GError **error)
{
  g_autofree char *bytes = NULL;
  struct stat about;
  gsize n = 0;

  if (fstat (fd, &about) != 0 || !S_ISREG (about.st_mode)) {
    neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s is not a file", path);
    return NULL;
  }
  if (about.st_size < 0 || (guint64) about.st_size > bytes_max) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, path, "%s is larger than %" G_GSIZE_FORMAT " KiB", path, bytes_max >> 10);
    return NULL;
  }
  bytes = g_try_malloc ((gsize) about.st_size + 1);
  while (bytes != NULL && n < (gsize) about.st_size) {
    const gssize got = read (fd, bytes + n, (gsize) about.st_size - n);

    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s cannot be read: %s", path, g_strerror (errno));
    if (got < 0)
      return NULL;
    if (got == 0)
      break;
    n += (gsize) got;
  }
  if (bytes == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, path, "no memory for %s", path);
    return NULL;
  }
  bytes[n] = '\0';
  *length = n;
  return g_steal_pointer (&bytes);
}

char *
_neg_support_read_file (const char *path, gsize bytes_max, gsize *length, GError **error)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  char *bytes;

  if (fd < 0) {
    neg_fail (error, errno == ENOENT ? NEG_ERROR_NOT_FOUND : NEG_ERROR_UNREADABLE, path, "%s cannot be read: %s", path,
              g_strerror (errno));
    return NULL;
  }
  bytes = read_all (fd, path, bytes_max, length, error);
  close (fd);
  return bytes;
}
