#include "config.h"

#include "engine/neg-net-tls.hh"

#include <dcmtk/dcmnet/dcmtrans.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace neg {

struct NetTls {
  SSL_CTX *context;
  SSL *connection; // owned by the one connection
  bool is_acceptor;
  char *host; // nullptr for an acceptor
};

constexpr int authorities_max = 1000;

bool
net_tls_preload (GError **error)
{
  SSL_CTX *context = nullptr;

  if (OPENSSL_init_ssl (OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, nullptr) == 1)
    context = SSL_CTX_new (TLS_method ());
  if (context == nullptr)
    return neg_fail (error, NEG_ERROR_TLS, nullptr, "TLS cannot be set up");
  SSL_CTX_free (context);
  return true;
}

static int
refuse_password (char *, int, int, void *)
{
  return -1;
}

static BIO *
open_option (NetChannel &channel, const char *name)
{
  g_autoptr (GBytes) bytes = net_option_bytes (channel, name);
  BIO *bio = BIO_new (BIO_s_mem ());

  if (bytes != nullptr && bio != nullptr && g_bytes_get_size (bytes) <= NEG_NET_BODY_MAX)
    BIO_write (bio, g_bytes_get_data (bytes, nullptr), static_cast<int> (g_bytes_get_size (bytes)));
  return bio;
}

static X509 *
read_certificate (BIO *bio)
{
  return PEM_read_bio_X509 (bio, nullptr, refuse_password, nullptr);
}

// How many there were; an acceptor also names them to its callers.
static int
add_authorities (NetTls *tls, NetChannel &channel)
{
  BIO *bio = open_option (channel, NEG_NET_TLS_CA);
  X509_STORE *store = SSL_CTX_get_cert_store (tls->context);
  int n = 0;

  for (X509 *one; n < authorities_max && (one = read_certificate (bio)) != nullptr; n++) {
    X509_STORE_add_cert (store, one);
    if (tls->is_acceptor)
      SSL_CTX_add_client_CA (tls->context, one);
    X509_free (one);
  }
  // A site may trust one authority in the middle of a chain, or one certificate.
  X509_STORE_set_flags (store, X509_V_FLAG_PARTIAL_CHAIN);
  BIO_free (bio);
  ERR_clear_error ();
  return n;
}

static bool
use_certificate (NetTls *tls, NetChannel &channel)
{
  BIO *bio = open_option (channel, NEG_NET_TLS_CERTIFICATE);
  X509 *own = read_certificate (bio);
  bool done = own != nullptr && SSL_CTX_use_certificate (tls->context, own) == 1;

  for (X509 *one; done && (one = read_certificate (bio)) != nullptr; X509_free (one))
    done = SSL_CTX_add1_chain_cert (tls->context, one) == 1;
  X509_free (own);
  BIO_free (bio);
  ERR_clear_error ();
  return done;
}

static bool
use_key (NetTls *tls, NetChannel &channel)
{
  BIO *bio = open_option (channel, NEG_NET_TLS_KEY);
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, nullptr, refuse_password, nullptr);
  bool done = key != nullptr && SSL_CTX_use_PrivateKey (tls->context, key) == 1
              && SSL_CTX_check_private_key (tls->context) == 1;

  EVP_PKEY_free (key);
  BIO_free (bio);
  ERR_clear_error ();
  return done;
}

static bool
has_option (NetChannel &channel, const char *name)
{
  g_autoptr (GBytes) bytes = net_option_bytes (channel, name);

  return bytes != nullptr && g_bytes_get_size (bytes) > 0;
}

static bool
set_identity (NetTls *tls, NetChannel &channel, GError **error)
{
  if (!has_option (channel, NEG_NET_TLS_CERTIFICATE) && !tls->is_acceptor)
    return true;
  if (!use_certificate (tls, channel))
    return neg_fail (error, NEG_ERROR_TLS, "tls", "this workstation's certificate cannot be used");
  if (!use_key (tls, channel))
    return neg_fail (error, NEG_ERROR_TLS, "tls",
                     "this workstation's key cannot be used: it is encrypted, or not the certificate's");
  return true;
}

static bool
set_verification (NetTls *tls, NetChannel &channel, GError **error)
{
  bool is_needed = !tls->is_acceptor || net_option_flag (channel, NEG_NET_TLS_NEED_CLIENT);
  int n = add_authorities (tls, channel);
  int mode = n > 0 ? SSL_VERIFY_PEER : SSL_VERIFY_NONE;

  if (is_needed && n == 0)
    return neg_fail (error, NEG_ERROR_TLS, "tls", "there is no authority that could vouch for the peer");
  if (!tls->is_acceptor && (tls->host == nullptr || *tls->host == '\0'))
    return neg_fail (error, NEG_ERROR_TLS, "tls", "there is no host name to check the peer's certificate against");
  if (is_needed)
    mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_verify (tls->context, mode, nullptr);
  return true;
}

NetTls *
net_tls_new (NetChannel &channel, bool is_acceptor, GError **error)
{
  NetTls *tls = g_new0 (NetTls, 1);

  tls->is_acceptor = is_acceptor;
  tls->host = is_acceptor ? nullptr : g_strdup (net_option_string (channel, NEG_NET_TLS_HOST));
  tls->context = SSL_CTX_new (is_acceptor ? TLS_server_method () : TLS_client_method ());
  if (tls->context == nullptr || SSL_CTX_set_min_proto_version (tls->context, TLS1_2_VERSION) != 1
      || SSL_CTX_set_cipher_list (tls->context, "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM") != 1) {
    neg_fail (error, NEG_ERROR_TLS, "tls", "TLS cannot be set up");
    return nullptr;
  }
  SSL_CTX_set_options (tls->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode (tls->context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_dh_auto (tls->context, 1);
  if (!set_identity (tls, channel, error) || !set_verification (tls, channel, error))
    return nullptr;
  return tls;
}

// --- The peer's socket as OpenSSL's ---

static int
peer_read (BIO *bio, char *target, int length)
{
  NetPeer *peer = static_cast<NetPeer *> (BIO_get_data (bio));

  return length > 0 ? static_cast<int> (peer->receive (target, static_cast<gsize> (length))) : 0;
}

static int
peer_write (BIO *bio, const char *bytes, int length)
{
  NetPeer *peer = static_cast<NetPeer *> (BIO_get_data (bio));

  return length > 0 && peer->send (bytes, static_cast<gsize> (length)) ? length : -1;
}

static long
peer_control (BIO *, int command, long, void *)
{
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO *
open_peer (NetPeer &peer)
{
  BIO_METHOD *method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "peer");
  BIO *bio;

  BIO_meth_set_read (method, peer_read);
  BIO_meth_set_write (method, peer_write);
  BIO_meth_set_ctrl (method, peer_control);
  bio = BIO_new (method);
  BIO_set_data (bio, &peer);
  BIO_set_init (bio, 1);
  return bio;
}

// --- What went wrong, in words ---

static const char *
describe_verification (long result)
{
  switch (result) {
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    return "the peer's certificate is of an unknown authority";
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return "the peer's certificate has expired";
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return "the peer's certificate is not valid yet";
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return "the peer's certificate is of another host";
  case X509_V_ERR_INVALID_PURPOSE:
    return "the peer's certificate is not meant for this";
  case X509_V_ERR_EE_KEY_TOO_SMALL:
  case X509_V_ERR_CA_KEY_TOO_SMALL:
  case X509_V_ERR_CA_MD_TOO_WEAK:
    return "the peer's certificate is too weak";
  default:
    return "the peer's certificate is not valid";
  }
}

static const struct {
  int reason;
  const char *words;
} reasons[] = {
  { SSL_R_WRONG_VERSION_NUMBER, "the peer does not speak TLS on this port" },
  { SSL_R_HTTP_REQUEST, "the peer does not speak TLS" },
  { SSL_R_UNSUPPORTED_PROTOCOL, "the peer does not have TLS 1.2 or newer" },
  { SSL_R_VERSION_TOO_LOW, "the peer does not have TLS 1.2 or newer" },
  { SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the peer does not have TLS 1.2 or newer" },
  { SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, "the peer has shown no certificate" },
  { SSL_R_NO_SHARED_CIPHER, "no cipher in common with the peer" },
  { SSL_R_TLSV1_ALERT_UNKNOWN_CA, "the peer refused this workstation's certificate: unknown authority" },
  { SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "the peer refused this workstation's certificate" },
  { SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "the peer refused this workstation's certificate" },
  { SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, "the peer refused this workstation's certificate" },
  { SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "the peer refused this workstation's certificate: revoked" },
  { SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "the peer refused this workstation's certificate: expired" },
  { SSL_R_TLSV1_ALERT_ACCESS_DENIED, "the peer refused this workstation's certificate" },
  { SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "the peer wants a certificate of this workstation" },
  { SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "the peer refused: no cipher in common, or it wants a certificate" },
};

// The failure of an operation; what the socket has seen (silence, CANCEL) came first and stays.
static void
note_failure (NetPeer &peer, NetTls *tls, int kind)
{
  long verification = SSL_get_verify_result (tls->connection);
  int reason = ERR_GET_REASON (ERR_peek_error ());
  const char *words = "the TLS connection failed";

  if (verification != X509_V_OK)
    words = describe_verification (verification);
  else if (kind == SSL_ERROR_SSL)
    for (const auto &one : reasons)
      if (one.reason == reason)
        words = one.words;
  if (NetPeer::get_failure () == nullptr)
    peer.fail (NEG_ERROR_TLS, words);
  ERR_clear_error ();
}

// A connection that ends in the handshake was refused: the words say where.
static void
note_handshake_failure (NetPeer &peer, NetTls *tls, int kind)
{
  const GError *seen = NetPeer::get_failure ();

  if (seen != nullptr && seen->code == NEG_ERROR_ABORTED)
    peer.restate (NEG_ERROR_TLS, "the peer closed the connection during the TLS handshake");
  note_failure (peer, tls, kind);
}

class TlsConnection : public DcmTransportConnection {
public:
  TlsConnection (NetPeer &peer_, NetTls *tls_) : DcmTransportConnection (-1), peer (peer_), tls (tls_) { }
  ~TlsConnection () override { close (); }

  OFCondition serverSideHandshake () override { return finish_handshake (SSL_accept (tls->connection)); }

  OFCondition
  clientSideHandshake () override
  {
    X509_VERIFY_PARAM *parameters = SSL_get0_param (tls->connection);
    bool is_set;

    X509_VERIFY_PARAM_set_hostflags (parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (g_hostname_is_ip_address (tls->host))
      is_set = X509_VERIFY_PARAM_set1_ip_asc (parameters, tls->host) == 1;
    else
      is_set = X509_VERIFY_PARAM_set1_host (parameters, tls->host, 0) == 1
               && SSL_set_tlsext_host_name (tls->connection, tls->host) == 1;
    if (!is_set)
      peer.fail (NEG_ERROR_TLS, "the peer's certificate cannot be checked against this host name");
    return is_set ? finish_handshake (SSL_connect (tls->connection)) : EC_IllegalCall;
  }

  OFCondition renegotiate (const char *) override { return EC_IllegalCall; }

  ssize_t
  read (void *target, size_t length) override
  {
    int n = SSL_read (tls->connection, target, static_cast<int> (MIN (length, G_MAXINT)));

    if (n <= 0)
      return end_by (n);
    has_read = true;
    return peer.check (target, static_cast<gsize> (n)) ? n : -1;
  }

  ssize_t
  write (void *bytes, size_t length) override
  {
    int n = SSL_write (tls->connection, bytes, static_cast<int> (MIN (length, G_MAXINT)));

    return n > 0 ? n : end_by (n);
  }

  void
  close () override
  {
    if (tls->connection != nullptr && NetPeer::get_failure () == nullptr)
      SSL_shutdown (tls->connection);
    closeTransportConnection ();
  }

  void
  closeTransportConnection () override
  {
    SSL_free (tls->connection);
    tls->connection = nullptr;
    peer.close ();
  }

  unsigned long getPeerCertificateLength () override { return 0; }
  unsigned long getPeerCertificate (void *, unsigned long) override { return 0; }

  OFBool
  networkDataAvailable (int timeout_s) override
  {
    return SSL_pending (tls->connection) > 0 || peer.poll_readable (timeout_s * G_USEC_PER_SEC, false);
  }

  OFBool isTransparentConnection () override { return OFFalse; }
  OFString &dumpConnectionParameters (OFString &text) override { return text = "TLS"; }

private:
  OFCondition
  finish_handshake (int result)
  {
    if (result == 1)
      return EC_Normal;
    note_handshake_failure (peer, tls, SSL_get_error (tls->connection, result));
    return DUL_NETWORKCLOSED;
  }

  ssize_t
  end_by (int result)
  {
    int kind = SSL_get_error (tls->connection, result);

    if (kind == SSL_ERROR_ZERO_RETURN)
      peer.fail (NEG_ERROR_ABORTED, "the peer closed the connection");
    else
      note_failure (peer, tls, kind);
    if (!has_read && NetPeer::get_failure ()->code == NEG_ERROR_ABORTED)
      peer.restate (NEG_ERROR_TLS, "the peer broke the connection after the TLS handshake, as one does that refuses "
                                   "this workstation's certificate");
    errno = ECONNABORTED;
    return -1;
  }

  NetPeer &peer;
  NetTls *tls;
  bool has_read = false; // in TLS 1.3 a client's certificate is refused when the handshake is over for it
};

DcmTransportConnection *
net_connection_new_tls (NetPeer &peer, NetTls *tls)
{
  BIO *bio = open_peer (peer);

  tls->connection = SSL_new (tls->context);
  SSL_set_bio (tls->connection, bio, bio);
  return new TlsConnection (peer, tls);
}

// Only of one that was checked: a certificate without a chain is anybody's word.
char *
net_tls_dup_peer_subject (const NetTls *tls)
{
  X509 *certificate = tls->connection != nullptr ? SSL_get0_peer_certificate (tls->connection) : nullptr;
  BIO *bio;
  char *bytes = nullptr;
  char *subject;
  long length;

  if (certificate == nullptr || SSL_get_verify_mode (tls->connection) == SSL_VERIFY_NONE
      || SSL_get_verify_result (tls->connection) != X509_V_OK)
    return nullptr;
  bio = BIO_new (BIO_s_mem ());
  X509_NAME_print_ex (bio, X509_get_subject_name (certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  length = BIO_get_mem_data (bio, &bytes);
  subject = g_utf8_make_valid (bytes, length);
  BIO_free (bio);
  return subject;
}

} // namespace neg
