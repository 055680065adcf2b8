// Whoever sees the log-in page has logged out: what this tab showed before is nobody's business.
if (window.location.pathname === "/web/login") {
    for (const key of ["current_action", "current_state"]) {
        window.sessionStorage.removeItem(key);
    }
}
