// Every sentence of the signup page. `{…}` is filled in by the caller; values are isolated from the text's direction.

export const texts = {
  title: "Connect {name} to WhatsApp",
  lead: "You sign in with Facebook in a window from Meta and choose the number. This page does the rest.",
  needTitle: "Have ready",
  needs: [
    "A Facebook account that manages the business",
    "The phone with that number, to receive a code",
    "About five minutes",
  ],
  moreTitle: "What this allows",
  more: [
    "Receive the messages that people send to this number",
    "Answer them, and send message templates that Meta approved",
    "See the number’s name, quality rating and settings",
    "You can withdraw it at any time in Meta’s business settings.",
  ],
  connect: "Connect WhatsApp",
  loading: "Getting ready…",

  waitingTitle: "Finish in the Meta window",
  waitingLead: "Follow the steps there. This page continues by itself as soon as you are done.",
  waitingAside: "Cannot see the window? It may be behind this one.",
  reopen: "Open it again",

  connectingTitle: "Setting things up",
  connectingLead: "Please keep this page open. It usually takes a few seconds.",
  connectingSteps: ["Permission received from Meta", "Connecting the number"],
  connectingAside: "Still working. Meta can take up to a minute.",

  doneTitle: "Connected",
  doneLead: "You can close this page.",
  returningTitle: "Connected. Returning to {host}…",
  returningLead: "You are taken there in a moment.",
  leave: "Go to {host} now",

  cancelledTitle: "You closed the window",
  stoppedTitle: "You stopped at {step}",
  cancelledLead: "Nothing was changed. You can continue whenever you like.",
  resume: "Continue",

  refusedTitle: "That did not work",
  unreachableTitle: "The connection dropped",
  unreachableLead: "Check that you are online and try again. You do not have to repeat the steps at Meta.",
  metaTitle: "Meta could not finish",
  noCodeTitle: "Meta did not confirm",
  noCodeLead: "The window closed before Meta confirmed the permission. Please go through it once more.",
  noWindowTitle: "The window did not open",
  noWindowLead: "Allow pop-up windows for this page, then try again.",
  retry: "Try again",
  returningSoon: "Unless you try again, you return to {host} in a few seconds.",
  returnTo: "Return to {host}",

  blockedTitle: "Facebook could not load",
  blockedLead: "An ad blocker, a privacy extension or your network keeps Facebook’s sign-in from loading. Allow it for this page, or open the link in another browser.",
  reload: "Load again",

  steps: {
    BUSINESS_ACCOUNT_SELECTION: "business portfolio",
    WABA_PHONE_PROFILE_PICKER: "WhatsApp account and number",
    WHATSAPP_BUSINESS_PROFILE_SETUP: "business profile",
    PHONE_NUMBER_SETUP: "phone number",
    PHONE_NUMBER_VERIFICATION: "verification code",
    PERMISSIONS: "permissions",
  } as Readonly<Record<string, string>>,
} as const;
