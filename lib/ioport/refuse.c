/* SPDX-License-Identifier: MIT */
/*
 * refuse.c - the sentences: what was refused, and what to do about it
 *
 * An access cannot return an error: one that is refused ends the process, like
 * a wild pointer given to free().  A request can, and does; what the system
 * said to it is told in one sentence on stderr, because errno alone does not
 * say what to do.  The facts are put together under the lock and printed
 * without: who reads stderr may take its time, and the loader, which knows the
 * caller's name, has locks of its own.
 */
#include "ioport/ports.h"

#include "base/print.h"
#include "os/loader.h"
#include "os/report.h"

#define LINE_BYTES 480

/* "inb", "outsw": what the program called, but for a _p. */
static void print_call(struct text *line, bool is_write, bool is_string,
		       unsigned int width)
{
	text_print(line, "%s%s%c", is_write ? "out" : "in",
		   is_string ? "s" : "",
		   width == 1	? 'b'
		   : width == 2 ? 'w'
				: 'l');
}

static void print_caller(struct text *line, const void *caller)
{
	struct loader_place place;

	loader_place((void *)(uintptr_t)caller, &place);
	if (!place.object)
		text_print(line, "%p", caller);
	else if (place.symbol)
		text_print(line, "%s+0x%zx (%s)", place.symbol, place.offset,
			   place.object);
	else
		text_print(line, "%p (%s+0x%zx)", caller, place.object,
			   place.offset);
}

/* "inw of port 0x0071 by f+0x12 (program): " */
static void print_access(struct text *line, const struct port_access *access)
{
	text_print(line, "BUG: ");
	print_call(line, access->is_write, access->is_string, access->width);
	text_print(line, " of port 0x%04lx by ", access->port);
	print_caller(line, access->caller);
	text_print(line, ": ");
}

static void print_range(struct text *line, const struct resource *res)
{
	text_print(line, "\"%s\" (%04llx-%04llx)",
		   res->name ? res->name : "<BAD>", res->start, res->end);
}

static const char *error_name(int err)
{
	switch (-err) {
	case EPERM:
		return "EPERM";
	case ENOENT:
		return "ENOENT";
	case EACCES:
		return "EACCES";
	case ENOMEM:
		return "ENOMEM";
	case EINVAL:
		return "EINVAL";
	case ENOSYS:
		return "ENOSYS";
	case EIO:
		return "EIO";
	case ENXIO:
		return "ENXIO";
	case EBADF:
		return "EBADF";
	case EMFILE:
		return "EMFILE";
	case ENFILE:
		return "ENFILE";
	}
	return NULL;
}

static void print_error(struct text *line, int err)
{
	const char *name = error_name(err);

	if (name)
		text_print(line, "%s", name);
	else
		text_print(line, "error %d", -err);
}

static _Noreturn void end_with(const struct text *line)
{
	report_line("%s", line->start);
	report_abort();
}

void refuse_number(const struct port_access *access)
{
	TEXT(line, LINE_BYTES);

	sim_abandon();
	print_access(&line, access);
	text_print(&line,
		   "there is no such port; the last is 0xffff, and an access "
		   "may not go past it");
	end_with(&line);
}

void refuse_unrequested(const struct port_access *access, unsigned int port)
{
	TEXT(line, LINE_BYTES);
	TEXT(owner, LINE_BYTES / 4);
	const struct resource *root = pf_ioport_root();
	const struct resource *res;
	os_signals saved;

	sim_abandon();
	ports_lock(&saved);
	res = resource_around(pf_ioport_root(), port);
	if (res != root)
		print_range(&owner, res);
	ports_unlock(&saved);

	print_access(&line, access);
	if (owner.len)
		text_print(&line,
			   "port 0x%04x belongs to %s, where nobody has "
			   "requested it; ",
			   port, owner.start);
	else
		text_print(&line, "port 0x%04x belongs to nobody; ", port);
	text_print(&line, "call request_region(0x%x, 1, NAME) first", port);
	end_with(&line);
}

void refuse_thread(const struct port_access *access, int err)
{
	TEXT(line, LINE_BYTES);

	print_access(&line, access);
	text_print(&line, "this thread has no permission, and ioperm gives it "
			  "none (");
	print_error(&line, err);
	text_print(&line, "): a thread gets it from the thread that makes it, "
			  "or at its first access or pf_ioport_permit(), which "
			  "must come before privileges are dropped");
	end_with(&line);
}

void refuse_wide(const struct port_access *access)
{
	TEXT(line, LINE_BYTES);

	print_access(&line, access);
	text_print(&line,
		   "/dev/port moves single bytes, each a bus cycle of its own; "
		   "use PFMALLOC_CONF=ioport:ioperm, or b accesses if the "
		   "device takes bytes");
	end_with(&line);
}

void refuse_devport(const struct port_access *access, int err)
{
	TEXT(line, LINE_BYTES);

	print_access(&line, access);
	text_print(&line, "/dev/port answers ");
	print_error(&line, err);
	if (err == -EBADF)
		text_print(&line,
			   ": the program has closed the descriptor "
			   "that request_region() opened; leave it open");
	end_with(&line);
}

static void print_event(struct text *line, const struct pf_ioport_event *event)
{
	print_call(line, event->is_write, false, event->width);
	text_print(line, " of port 0x%04x", event->port);
	if (event->is_write)
		text_print(line, ", value 0x%x", event->value);
}

void refuse_replay(const struct port_access *access, u32 value,
		   const struct pf_ioport_event *expected, size_t i, size_t nr)
{
	TEXT(line, LINE_BYTES);

	print_access(&line, access);
	if (access->is_write)
		text_print(&line, "value 0x%x: ", value);
	if (!expected) {
		text_print(&line, "the replay ended after %zu accesses", nr);
		end_with(&line);
	}
	text_print(&line, "the replay expects ");
	print_event(&line, expected);
	text_print(&line, " as access %zu of %zu", i + 1, nr);
	end_with(&line);
}

static bool is_of_privilege(int err)
{
	return err == -EPERM || err == -EACCES;
}

/* What to do about a refusal of who may not, by ioperm or /dev/port. */
static void print_privilege(struct text *line)
{
	switch (os_port_privilege()) {
	case OS_PORT_UNPRIVILEGED:
		text_print(line,
			   "this takes CAP_SYS_RAWIO: run as root, or give the "
			   "program the capability (setcap cap_sys_rawio+ep "
			   "PROGRAM; in a container, --cap-add SYS_RAWIO)");
		break;
	case OS_PORT_NAMESPACED:
		text_print(line,
			   "this process lives in a user namespace (a rootless "
			   "container, unshare -r), whose root has no ports: "
			   "run it as root outside of it");
		break;
	case OS_PORT_LOCKED_DOWN:
		text_print(
			line,
			"the kernel is locked down, as with Secure Boot, and "
			"lets nobody use ports: boot without Secure Boot and "
			"without lockdown=");
		break;
	default:
		text_print(line,
			   "this process has CAP_SYS_RAWIO, so that a seccomp "
			   "filter or a security module must be in the way: "
			   "allow it there");
	}
}

static void print_ioperm_error(struct text *line, int err)
{
	text_print(line, "ioperm says ");
	print_error(line, err);
	text_print(line, ": ");
	if (is_of_privilege(err))
		print_privilege(line);
	else if (err == -ENOSYS && OS_HAS_PORTS)
		text_print(line, "this kernel was built without it "
				 "(CONFIG_X86_IOPL_IOPERM): take another one");
	else if (err == -ENOSYS)
		text_print(line, "this processor has no ports: take the "
				 "simulator");
	else if (err == -EINVAL)
		text_print(line, "this kernel has no such ports: request what "
				 "the device has");
	else if (err == -ENOMEM)
		text_print(line, "the kernel has no memory for it: free some");
	else
		text_print(line, "see ioperm(2)");
}

static void print_devport_error(struct text *line, int err)
{
	text_print(line, "/dev/port says ");
	print_error(line, err);
	text_print(line, ": ");
	if (is_of_privilege(err))
		print_privilege(line);
	else if (err == -EMFILE || err == -ENFILE)
		text_print(line, "too many files are open: close some, or "
				 "raise ulimit -n");
	else if (err == -ENOENT || err == -ENXIO)
		text_print(line, "this system does not have it "
				 "(CONFIG_DEVPORT): take "
				 "PFMALLOC_CONF=ioport:ioperm");
	else if (!OS_HAS_PORTS)
		text_print(line, "this processor has no ports: take the "
				 "simulator");
	else
		text_print(line, "see port(4)");
}

static void print_both_errors(struct text *line, int ioperm_error,
			      int devport_error)
{
	print_ioperm_error(line, ioperm_error);
	text_print(line, "; ");
	if (is_of_privilege(devport_error) && !is_of_privilege(ioperm_error)) {
		print_devport_error(line, devport_error); /* the way to go */
	} else {
		text_print(line, "/dev/port says ");
		print_error(line, devport_error);
	}
}

void explain_refusal(const struct refusal *refusal)
{
	TEXT(line, LINE_BYTES);

	if (!refusal->ioperm_error && !refusal->devport_error)
		return;
	text_print(&line,
		   "ports %04x-%04x cannot be had: ", refusal->ports.first,
		   refusal->ports.last);
	if (refusal->ioperm_error && refusal->devport_error)
		print_both_errors(&line, refusal->ioperm_error,
				  refusal->devport_error);
	else if (refusal->ioperm_error)
		print_ioperm_error(&line, refusal->ioperm_error);
	else
		print_devport_error(&line, refusal->devport_error);
	text_print(&line, "; PFMALLOC_CONF=ioport:sim simulates them");
	report_line("%s", line.start);
}

void explain_release(struct resource *tree, resource_size_t start,
		     resource_size_t end, const void *caller)
{
	TEXT(line, LINE_BYTES);
	TEXT(owner, LINE_BYTES / 4);
	const struct resource *res;
	os_signals saved;
	bool is_own;

	ports_lock(&saved);
	res = resource_around(tree, start);
	is_own = is_own_region(res);
	if (res != tree)
		print_range(&owner, res);
	ports_unlock(&saved);

	text_print(&line,
		   "Trying to free nonexistent resource <0x%016llx-0x%016llx>, "
		   "by ",
		   start, end);
	print_caller(&line, caller);
	if (owner.len && is_own)
		text_print(&line,
			   ": what is there is %s; release exactly what was "
			   "requested, and what lies in it first",
			   owner.start);
	else if (owner.len)
		text_print(&line,
			   ": what is there is %s, a resource of the program's "
			   "own; release_resource() takes it out",
			   owner.start);
	else
		text_print(&line, ": nothing is requested there");
	report_line("%s", line.start);
}
