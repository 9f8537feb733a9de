/* The site file: layers, every check, changes. */
#include <glib/gstdio.h>
#include <string.h>

#include "base/neg-error.h"
#include "model/neg-site.h"

typedef struct {
  char *home, *home_file, *config;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->home = g_dir_make_tmp ("negatoscope-site-XXXXXX", NULL);
  g_assert_nonnull (fixture->home);
  fixture->home_file = g_build_filename (fixture->home, "site.conf", NULL);
  fixture->config = g_build_filename (fixture->home, "other.conf", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->home_file);
  g_unlink (fixture->config);
  g_assert_cmpint (g_rmdir (fixture->home), ==, 0);
  g_free (fixture->home);
  g_free (fixture->home_file);
  g_free (fixture->config);
}

static void
write_file (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegSite) site = neg_site_load (fixture->home, NULL, NULL, NULL);

  g_assert_nonnull (site);
  g_assert_cmpstr (neg_site_get_ae_title (site), ==, "NEGATOSCOPE");
  g_assert_cmpstr (neg_site_get_listen_address (site), ==, "127.0.0.1");
  g_assert_cmpuint (neg_site_get_port (site), ==, 11112);
  g_assert_false (neg_site_is_port_auto (site));
  g_assert_cmpuint (neg_site_get_tls_port (site), ==, 0);
  g_assert_false (neg_site_get_accept_unknown (site));
  g_assert_cmpuint (neg_site_get_quota_bytes (site), ==, G_GUINT64_CONSTANT (20) << 30);
  g_assert_cmpuint (neg_site_get_peers (site)->len, ==, 0);
  g_assert_cmpstr (neg_site_get_home_file (site), ==, fixture->home_file);
}

static void
test_values (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegSite) site = NULL;
  const NegPeer *peer;

  write_file (fixture->home_file, "[site]\ntimezone=Europe/Berlin        # default: the system's\n"
                                  "[dicom]\nae-title=MY WORKSTATION\nlisten-address=::1\nport=auto\n"
                                  "accept-unknown=true # any calling AE may store\n"
                                  "[archive]\nquota=3 GiB\nkeep-free=5MB\n"
                                  "[peer PACS]\naddress=dicom://ORTHANC@pacs.example:4242\nuse=query; worklist;\n"
                                  "[peer Safe]\naddress=dicoms://A@B@[::1]:2762\ntls-ca=/ca.pem\nretrieve=move\n"
                                  "calling-ae=ME\nissuer=HOSPITAL\n"
                                  "[peer Web]\naddress=https://pacs.example/dicom-web\nuser=u\npassword-file=/p\n"
                                  "[peer Local]\naddress=http://127.0.0.2:8042\n");
  site = neg_site_load (fixture->home, NULL, NULL, NULL);
  g_assert_nonnull (site);
  g_assert_cmpstr (g_time_zone_get_identifier (neg_site_get_timezone (site)), ==, "Europe/Berlin");
  g_assert_cmpstr (neg_site_get_ae_title (site), ==, "MY WORKSTATION");
  g_assert_cmpstr (neg_site_get_listen_address (site), ==, "::1");
  g_assert_true (neg_site_is_port_auto (site));
  g_assert_cmpuint (neg_site_get_port (site), ==, 0);
  g_assert_true (neg_site_get_accept_unknown (site));
  g_assert_cmpuint (neg_site_get_quota_bytes (site), ==, G_GUINT64_CONSTANT (3) << 30);
  g_assert_cmpuint (neg_site_get_keep_free_bytes (site), ==, 5000000);
  g_assert_cmpuint (neg_site_get_peers (site)->len, ==, 4);

  peer = neg_site_find_peer (site, "PACS", NULL);
  g_assert_cmpstr (peer->host, ==, "pacs.example");
  g_assert_cmpuint (peer->port, ==, 4242);
  g_assert_cmpstr (peer->called_ae, ==, "ORTHANC");
  g_assert_cmpstr (peer->calling_ae, ==, "MY WORKSTATION");
  g_assert_cmpuint (peer->use, ==, NEG_PEER_QUERY | NEG_PEER_WORKLIST);
  g_assert_cmpint (peer->retrieve, ==, NEG_RETRIEVE_GET);
  g_assert_true (neg_site_find_caller (site, "ORTHANC") == peer);
  g_assert_null (neg_site_find_caller (site, "OTHER"));

  peer = neg_site_find_peer (site, "Safe", NULL);
  g_assert_cmpint (peer->kind, ==, NEG_PEER_DICOM_TLS);
  g_assert_cmpstr (peer->called_ae, ==, "A@B");
  g_assert_cmpstr (peer->host, ==, "::1");
  g_assert_cmpuint (peer->port, ==, 2762);
  g_assert_cmpstr (peer->calling_ae, ==, "ME");
  g_assert_cmpint (peer->retrieve, ==, NEG_RETRIEVE_MOVE);

  peer = neg_site_find_peer (site, "Web", NULL);
  g_assert_cmpuint (peer->port, ==, 443);
  g_assert_cmpstr (peer->path, ==, "/dicom-web");
  g_assert_cmpint (peer->retrieve, ==, NEG_RETRIEVE_WEB);
  peer = neg_site_find_peer (site, "Local", NULL);
  g_assert_cmpuint (peer->port, ==, 8042);
  g_assert_cmpstr (peer->path, ==, "/");
}

static void
test_hl7 (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegSite) site = neg_site_load (fixture->home, NULL, NULL, NULL);
  g_autoptr (NegSite) other = NULL;
  const NegSiteHl7 *hl7 = neg_site_get_hl7 (site);

  g_assert_cmpstr (hl7->listen_address, ==, "127.0.0.1");
  g_assert_cmpuint (hl7->port, ==, 2575);
  g_assert_cmpstr (hl7->processing_id, ==, "P");
  g_assert_cmpstr (hl7->tls_certificate, ==, "");
  g_assert_true (neg_site_hl7_allows (hl7, "192.0.2.1"));

  write_file (fixture->home_file, "[hl7]\ndefault-issuer=HIS\nlisten-address=::\nport=auto\nprocessing-id=T\n"
                                  "primary-authority=MPI\ntls-certificate=/c\ntls-key=/k\ntls-client-ca=/ca\n"
                                  "allow=192.0.2.1; 10.1.0.0/16;2001:db8::/32;\n");
  other = neg_site_load (fixture->home, NULL, NULL, NULL);
  g_assert_nonnull (other);
  hl7 = neg_site_get_hl7 (other);
  g_assert_cmpstr (hl7->default_issuer, ==, "HIS");
  g_assert_cmpstr (hl7->primary_authority, ==, "MPI");
  g_assert_cmpstr (hl7->processing_id, ==, "T");
  g_assert_cmpstr (hl7->tls_client_ca, ==, "/ca");
  g_assert_true (hl7->is_port_auto && hl7->port == 0);
  g_assert_true (neg_site_hl7_allows (hl7, "192.0.2.1") && neg_site_hl7_allows (hl7, "10.1.255.1"));
  g_assert_true (neg_site_hl7_allows (hl7, "2001:db8::5"));
  g_assert_false (neg_site_hl7_allows (hl7, "192.0.2.2"));
  g_assert_false (neg_site_hl7_allows (hl7, "10.2.0.1"));
  g_assert_false (neg_site_hl7_allows (hl7, "::1"));
  g_assert_false (neg_site_hl7_allows (hl7, ""));
}

static void
test_layers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegSite) site = NULL;
  gboolean writable;
  g_autoptr (GHashTable) keys = NULL;

  write_file (fixture->home_file, "[dicom]\nport=5000\nae-title=HOME\n[peer A]\naddress=dicom://A@h:1\nissuer=I\n");
  write_file (fixture->config, "[dicom]\nport=6000\n[peer A]\naddress=dicom://A@other:2\n");
  site = neg_site_load (fixture->home, fixture->config, NULL, NULL);
  g_assert_cmpuint (neg_site_get_port (site), ==, 6000);
  g_assert_cmpstr (neg_site_get_ae_title (site), ==, "HOME");
  g_assert_cmpuint (neg_site_get_peers (site)->len, ==, 1);
  g_assert_cmpstr (neg_site_find_peer (site, "A", NULL)->host, ==, "other");
  g_assert_cmpstr (neg_site_find_peer (site, "A", NULL)->issuer, ==, "I");
  keys = neg_site_dup_peer_keys (site, "A", &writable);
  g_assert_false (writable);
  g_assert_cmpstr (g_hash_table_lookup (keys, "address"), ==, "dicom://A@other:2");
  g_assert_cmpstr (g_hash_table_lookup (keys, "issuer"), ==, "I");
}

static void
test_missing_config (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_site_load (fixture->home, fixture->config, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

static void
test_warnings (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) warnings = NULL;
  g_autoptr (NegSite) site = NULL;

  write_file (fixture->home_file, "[dicom]\nprot=1\n[nonsense]\na=b\n[hl7]\nprot=1\n[prefetch]\nrule.1=x\n"
                                  "[peer P]\naddress=dicom://P@h:104\nadress=x\n"
                                  "[library]\nfolder=/x\nfodler=/y\n[support]\ncontact.7=a;b\nwebhok=x\n");
  site = neg_site_load (fixture->home, NULL, &warnings, NULL);
  g_assert_nonnull (site);
  g_assert_cmpuint (g_strv_length (warnings), ==, 6);
  g_assert_nonnull (strstr (warnings[0], "[dicom] has no key prot"));
  g_assert_nonnull (strstr (warnings[1], "[nonsense]"));
  g_assert_nonnull (strstr (warnings[2], "[hl7] has no key prot"));
  g_assert_nonnull (strstr (warnings[3], "[peer P] has no key adress"));
  g_assert_nonnull (strstr (warnings[4], "[library] has no key fodler"));
  g_assert_nonnull (strstr (warnings[5], "[support] has no key webhok"));
}

/* What is wrong, and the group and key that the error has to name. */
static const struct {
  const char *text, *group, *key;
} wrong[] = {
  { "[site]\ntimezone=Mars/Olympus\n", "[site]", "timezone" },
  { "[dicom]\nport=65536\n", "[dicom]", "port" },
  { "[dicom]\nport=-1\n", "[dicom]", "port" },
  { "[dicom]\nport=11112x\n", "[dicom]", "port" },
  { "[dicom]\nae-title=SEVENTEEN_LETTERS\n", "[dicom]", "ae-title" },
  { "[dicom]\nae-title=BACK\\\\SLASH\n", "[dicom]", "ae-title" },
  { "[dicom]\nae-title=Ä\n", "[dicom]", "ae-title" },
  { "[dicom]\nae-title=A\\tB\n", "[dicom]", "ae-title" },
  { "[dicom]\nae-title=A\\qB\n", "[dicom]", "ae-title" },
  { "[dicom]\nlisten-address=pacs.example\n", "[dicom]", "listen-address" },
  { "[dicom]\naccept-unknown=maybe\n", "[dicom]", "accept-unknown" },
  { "[dicom]\ntls-port=2762\n", "[dicom]", "tls-port" },
  { "[dicom]\ntls-ca=ca.pem\n", "[dicom]", "tls-ca" },
  { "[hl7]\nport=2575x\n", "[hl7]", "port" },
  { "[hl7]\nlisten-address=ris.example\n", "[hl7]", "listen-address" },
  { "[hl7]\ntls-certificate=/c\n", "[hl7]", "tls-certificate" },
  { "[hl7]\ntls-key=/k\n", "[hl7]", "tls-key" },
  { "[hl7]\ntls-client-ca=/ca\n", "[hl7]", "tls-client-ca" },
  { "[hl7]\ntls-certificate=c\ntls-key=/k\n", "[hl7]", "tls-certificate" },
  { "[hl7]\nallow=ris.example\n", "[hl7]", "allow" },
  { "[hl7]\nallow=10.0.0.1;10.0.0.0/33\n", "[hl7]", "allow" },
  { "[archive]\nquota=20 apples\n", "[archive]", "quota" },
  { "[archive]\nquota=-1\n", "[archive]", "quota" },
  { "[archive]\nkeep-free=99999999999TiB\n", "[archive]", "keep-free" },
  { "[peer P]\nissuer=I\n", "[peer P]", "address" },
  { "[peer ]\naddress=dicom://A@h:104\n", "[peer ]", "address" },
  { "[peer P]\naddress=dicom://h:104\n", "[peer P]", "address" },
  { "[peer P]\naddress=dicom://A@h\n", "[peer P]", "address" },
  { "[peer P]\naddress=dicom://A@h:0\n", "[peer P]", "address" },
  { "[peer P]\naddress=dicom://A@h:104/\n", "[peer P]", "address" },
  { "[peer P]\naddress=dicom://A@:104\n", "[peer P]", "address" },
  { "[peer P]\naddress=dicom://SEVENTEEN_LETTERS@h:104\n", "[peer P]", "address" },
  { "[peer P]\naddress=dicom://A@h h:104\n", "[peer P]", "address" },
  { "[peer P]\naddress=dicom://A@[fe80]:104\n", "[peer P]", "address" },
  { "[peer P]\naddress=ftp://h\n", "[peer P]", "address" },
  { "[peer P]\naddress=https://u:p@h/\n", "[peer P]", "address" },
  { "[peer P]\naddress=https://h/?q=1\n", "[peer P]", "address" },
  { "[peer P]\naddress=https://h:https/\n", "[peer P]", "address" },
  { "[peer P]\naddress=http://pacs.example/\n", "[peer P]", "address" },
  { "[peer P]\naddress=http://127.0.0.1.example/\n", "[peer P]", "address" },
  { "[peer P]\naddress=dicom://A@h:104\nuse=query;print\n", "[peer P]", "use" },
  { "[peer P]\naddress=https://h/\nuse=worklist\n", "[peer P]", "use" },
  { "[peer P]\naddress=dicom://A@h:104\nretrieve=fetch\n", "[peer P]", "retrieve" },
  { "[peer P]\naddress=dicom://A@h:104\nretrieve=web\n", "[peer P]", "retrieve" },
  { "[peer P]\naddress=https://h/\nretrieve=get\n", "[peer P]", "retrieve" },
  { "[peer P]\naddress=dicom://A@h:104\ntls-ca=/ca\n", "[peer P]", "address" },
  { "[peer P]\naddress=dicoms://A@h:104\n", "[peer P]", "tls-ca" },
  { "[peer P]\naddress=dicoms://A@h:104\ntls-ca=/ca\ntls-key=/k\n", "[peer P]", "tls-certificate" },
  { "[peer P]\naddress=http://localhost/\nuser=u\npassword-file=/p\n", "[peer P]", "user" },
  { "[peer P]\naddress=https://h/\nuser=u\n", "[peer P]", "password-file" },
  { "[peer P]\naddress=dicom://A@h:104\ncalling-ae=SEVENTEEN_LETTERS\n", "[peer P]", "calling-ae" },
};

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *named = g_strdup_printf ("%s %s:", wrong[i].group, wrong[i].key);

    write_file (fixture->home_file, wrong[i].text);
    if (neg_site_load (fixture->home, NULL, NULL, &error) != NULL)
      g_error ("taken: %s", wrong[i].text);
    g_assert_error (error, NEG_ERROR, NEG_ERROR_USAGE);
    g_assert_cmpstr (neg_error_get_where (error), ==, fixture->home_file);
    if (strstr (error->message, named) == NULL || strstr (error->message, fixture->home_file) == NULL)
      g_error ("%s is not in: %s", named, error->message);
  }
}

static void
test_no_key_file (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "port=1\n", "[dicom\n", "[dicom]\nport\n", "[dicom]\nae-title=\xff\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    write_file (fixture->home_file, texts[i]);
    g_assert_null (neg_site_load (fixture->home, NULL, NULL, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  }
}

static GHashTable *
make_values (const char *key, ...)
{
  GHashTable *values = g_hash_table_new (g_str_hash, g_str_equal);
  va_list args;

  va_start (args, key);
  for (; key != NULL; key = va_arg (args, const char *))
    g_hash_table_insert (values, (gpointer) key, va_arg (args, gpointer));
  va_end (args);
  return values;
}

static void
test_change (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) values = make_values ("address", "dicom://P@h:104", "use", "query", NULL);
  g_autoptr (GHashTable) less = make_values ("use", "", NULL);
  g_autoptr (NegSite) site = NULL;
  g_autofree char *text = NULL;
  GStatBuf status;

  write_file (fixture->home_file, "# ours\n[dicom]\n# the port\nport=5000\n");
  site = neg_site_load (fixture->home, NULL, NULL, NULL);
  g_assert_true (neg_site_change_peer (site, "P", values, NULL));
  g_assert_true (neg_site_change_peer (site, "P", less, NULL));
  g_assert_true (g_file_get_contents (fixture->home_file, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "# ours"));
  g_assert_nonnull (strstr (text, "# the port\nport=5000"));
  g_assert_nonnull (strstr (text, "[peer P]\naddress=dicom://P@h:104"));
  g_assert_null (strstr (text, "use="));
  g_assert_cmpint (g_stat (fixture->home_file, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);

  neg_site_unref (g_steal_pointer (&site));
  site = neg_site_load (fixture->home, NULL, NULL, NULL);
  g_assert_nonnull (neg_site_find_peer (site, "P", NULL));
  g_assert_true (neg_site_change_peer (site, "P", NULL, NULL));
  neg_site_unref (g_steal_pointer (&site));
  site = neg_site_load (fixture->home, NULL, NULL, NULL);
  g_assert_cmpuint (neg_site_get_peers (site)->len, ==, 0);
}

static void
assert_refused (const NegSite *site, const char *name, GHashTable *values, NegErrorCode code, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_site_change_peer (site, name, values, &error));
  g_assert_error (error, NEG_ERROR, (int) code);
  if (strstr (error->message, word) == NULL)
    g_error ("%s is not in: %s", word, error->message);
}

static void
test_change_refused (Fixture *fixture, gconstpointer data)
{
  static const char before[] = "[peer P]\naddress=dicom://P@h:104\n";
  g_autoptr (GHashTable) bad_port = make_values ("address", "dicom://P@h:99999", NULL);
  g_autoptr (GHashTable) unknown = make_values ("adress", "dicom://P@h:1", NULL);
  g_autoptr (GHashTable) remark = make_values ("issuer", "A #1", NULL);
  g_autoptr (GHashTable) no_address = make_values ("address", NULL, NULL);
  g_autoptr (NegSite) site = NULL;
  g_autofree char *text = NULL;

  write_file (fixture->home_file, before);
  write_file (fixture->config, "[peer Q]\naddress=dicom://Q@h:104\n");
  site = neg_site_load (fixture->home, fixture->config, NULL, NULL);
  assert_refused (site, "P", bad_port, NEG_ERROR_USAGE, "address");
  assert_refused (site, "P", unknown, NEG_ERROR_USAGE, "adress");
  assert_refused (site, "P", remark, NEG_ERROR_USAGE, "issuer");
  assert_refused (site, "P", no_address, NEG_ERROR_USAGE, "address");
  assert_refused (site, "a]\n[dicom", bad_port, NEG_ERROR_USAGE, "name");
  assert_refused (site, "Q", NULL, NEG_ERROR_REFUSED, fixture->config);
  assert_refused (site, "nobody", NULL, NEG_ERROR_NOT_FOUND, "P, Q");
  g_assert_true (g_file_get_contents (fixture->home_file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/site/defaults", Fixture, NULL, set_up, test_defaults, tear_down);
  g_test_add ("/site/values", Fixture, NULL, set_up, test_values, tear_down);
  g_test_add ("/site/hl7", Fixture, NULL, set_up, test_hl7, tear_down);
  g_test_add ("/site/layers", Fixture, NULL, set_up, test_layers, tear_down);
  g_test_add ("/site/missing-config", Fixture, NULL, set_up, test_missing_config, tear_down);
  g_test_add ("/site/warnings", Fixture, NULL, set_up, test_warnings, tear_down);
  g_test_add ("/site/wrong", Fixture, NULL, set_up, test_wrong, tear_down);
  g_test_add ("/site/no-key-file", Fixture, NULL, set_up, test_no_key_file, tear_down);
  g_test_add ("/site/change", Fixture, NULL, set_up, test_change, tear_down);
  g_test_add ("/site/change-refused", Fixture, NULL, set_up, test_change_refused, tear_down);
  return g_test_run ();
}
