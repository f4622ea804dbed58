/* AWSAuthenticationPlugin for MariaDB: the local stand-in for the plugin of RDS.

   Copyright: taskmanager.aws contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later

   The client sends its token by mysql_clear_password. The plugin asks the broker of the embedded AWS on 127.0.0.1
   whether {username, token} may connect, so that all cryptography and policy evaluation stay there. Anything but
   "HTTP/1.x 200" refuses. The variable conf names a file "<broker port> <capability>", read at each login, because the
   capability changes whenever the emulator or its database instance is made anew. */
#define MYSQL_DYNAMIC_PLUGIN
#include <my_global.h>
#include <mysql/plugin_auth.h>
#include <mysql_version.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MAX_TOKEN 8192
#define MAX_USER 256
#define MAX_REQUEST (MAX_TOKEN + MAX_USER + 1024)
#define STATUS_LENGTH 12 /* "HTTP/1.1 200" */
#define TIMEOUT_SECONDS 5
#define LISTENING 0x0A /* a state in /proc/net/tcp */

/* weak: a server without the symbol loads the plugin, and is refused at login */
extern my_bool opt_require_secure_transport __attribute__((weak));
static char *conf_path;

/* Only characters that need no JSON escape may reach the broker. */
static int is_plain(const char *text, size_t length)
{
  for (size_t i= 0; i < length; i++)
    if (text[i] <= 32 || text[i] >= 127 || text[i] == '"' || text[i] == '\\')
      return 0;
  return 1;
}

static int read_conf(unsigned *port, char capability[129])
{
  FILE *file= conf_path ? fopen(conf_path, "r") : NULL;
  int fields;
  if (!file)
    return 0;
  fields= fscanf(file, "%u %128[0-9a-f]", port, capability);
  fclose(file);
  return fields == 2 && *port > 0 && *port < 65536;
}

/* Whether the server on 127.0.0.1:port is this user's: while ours is down, anybody may listen there and answer 200. */
static int is_ours(unsigned port)
{
  FILE *file= fopen("/proc/net/tcp", "r");
  char line[256];
  unsigned address, local, state, uid;
  int ours= 0;
  if (!file)
    return 0;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, " %*u: %8X:%4X %*8X:%*4X %2X %*8X:%*8X %*2X:%*8X %*8X %u", &address, &local, &state, &uid) == 4 &&
        state == LISTENING && local == port && (address == htonl(INADDR_LOOPBACK) || address == INADDR_ANY))
    {
      ours= uid == geteuid();
      if (!ours)
        break;
    }
  fclose(file);
  return ours;
}

static int connect_broker(unsigned port)
{
  struct sockaddr_in address= { .sin_family= AF_INET, .sin_port= htons(port) };
  struct timeval limit= { TIMEOUT_SECONDS, 0 };
  int fd= socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address.sin_addr.s_addr= htonl(INADDR_LOOPBACK);
  if (fd < 0)
    return -1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(fd, (struct sockaddr *) &address, sizeof address) == 0 && is_ours(port))
    return fd;
  close(fd);
  return -1;
}

/* Send the request and read the status line; 1 for a 200. */
static int exchange(int fd, const char *request, int length)
{
  char status[STATUS_LENGTH];
  int got= 0;
  for (int sent= 0, n; sent < length; sent+= n)
    if ((n= send(fd, request + sent, length - sent, MSG_NOSIGNAL)) <= 0)
      return 0;
  for (int n; got < STATUS_LENGTH; got+= n)
    if ((n= recv(fd, status + got, STATUS_LENGTH - got, 0)) <= 0)
      return 0;
  return !memcmp(status, "HTTP/1.", 7) && !memcmp(status + 8, " 200", 4);
}

static int ask_broker(const char *user, const char *token)
{
  char capability[129], body[MAX_REQUEST], request[MAX_REQUEST + 512];
  unsigned port= 0;
  int length, fd, allowed= 0;

  if (!read_conf(&port, capability))
    return 0;
  length= snprintf(body, sizeof body, "{\"username\":\"%s\",\"token\":\"%s\"}", user, token);
  if (length < 0 || length >= (int) sizeof body)
    return 0;
  length= snprintf(request, sizeof request,
    "POST /_ministack/rds/iam-auth HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n"
    "Content-Type: application/json\r\nX-Ministack-RDS-Capability: %s\r\nContent-Length: %d\r\n\r\n%s",
    port, capability, length, body);
  if (length > 0 && length < (int) sizeof request && (fd= connect_broker(port)) >= 0)
  {
    allowed= exchange(fd, request, length);
    close(fd);
  }
  explicit_bzero(request, sizeof request);
  explicit_bzero(body, sizeof body);
  return allowed;
}

static int authenticate(MYSQL_PLUGIN_VIO *vio, MYSQL_SERVER_AUTH_INFO *info)
{
  MYSQL_PLUGIN_VIO_INFO transport;
  unsigned char *packet;
  char token[MAX_TOKEN + 1];
  int length, allowed;

  /* MariaDB tells a plugin nothing of TLS: insist on TCP and on a server that refuses clear connections. */
  vio->info(vio, &transport);
  if (transport.protocol != MYSQL_VIO_TCP || !&opt_require_secure_transport || !opt_require_secure_transport)
    return CR_ERROR;

  if ((length= vio->read_packet(vio, &packet)) < 0)
    return CR_ERROR;
  info->password_used= PASSWORD_USED_YES;
  /* user_name and auth_string are filled by read_packet, not before */
  if (info->auth_string_length != 3 || memcmp(info->auth_string, "RDS", 3))
    return CR_AUTH_USER_CREDENTIALS;
  if (length && packet[length - 1] == 0)
    length--; /* a clear password ends in NUL */
  if (length < 1 || length > MAX_TOKEN || !is_plain((char *) packet, length) ||
      !info->user_name || !info->user_name_length || info->user_name_length > MAX_USER ||
      !is_plain(info->user_name, info->user_name_length))
    return CR_AUTH_USER_CREDENTIALS;
  memcpy(token, packet, length);
  token[length]= 0;
  allowed= ask_broker(info->user_name, token);
  explicit_bzero(token, sizeof token);
  return allowed ? CR_OK : CR_AUTH_USER_CREDENTIALS;
}

static MYSQL_SYSVAR_STR(conf, conf_path, PLUGIN_VAR_READONLY | PLUGIN_VAR_RQCMDARG,
  "File with '<broker port> <capability>'", NULL, NULL, NULL);
static struct st_mysql_sys_var *variables[]= { MYSQL_SYSVAR(conf), NULL };
static struct st_mysql_auth handler= {
  MYSQL_AUTHENTICATION_INTERFACE_VERSION, "mysql_clear_password", authenticate, NULL, NULL };

maria_declare_plugin(aws_auth)
{
  MYSQL_AUTHENTICATION_PLUGIN, &handler, "AWSAuthenticationPlugin", "taskmanager.aws contributors",
  "Stand-in for RDS IAM database authentication", PLUGIN_LICENSE_GPL, NULL, NULL, 0x0100, NULL, variables,
  "1.0", MariaDB_PLUGIN_MATURITY_STABLE
}
maria_declare_plugin_end;
